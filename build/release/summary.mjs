// SPDX-License-Identifier: Apache-2.0

/** A number of bytes in megabytes, and how it differs from another one. */
function megabytes(bytes, before) {
  const text = `${(bytes / 1e6).toFixed(2)} MB`;
  if (before === undefined) return text;
  const change = ((bytes - before) / 1e6).toFixed(2);
  return `${text} (${bytes >= before ? "+" : ""}${change})`;
}

/**
 * The build report as Markdown, for the summary of a job. Facts are objects, of which later ones add to earlier ones:
 *
 *   report     what `npm run image:report -- --json` prints last
 *   before     the same of the last release
 *   layers     bytes of the build stages: `{ runner, base, spacetail, tailscale }`, uncompressed
 *   times      seconds by name
 *   audit      what `npm run audit -- --json` prints last
 */
export function summary(facts) {
  const { report, before = {}, layers, times = {}, audit } = Object.assign({}, ...facts);
  const lines = ["## Build report", ""];
  if (report !== undefined) {
    lines.push("| platform | added | compressed | start |", "| --- | ---: | ---: | ---: |");
    for (const [platform, { bytes, gzipBytes, startMs }] of Object.entries(report)) {
      const old = before[platform];
      const start = startMs === undefined ? "" : `${startMs} ms`;
      const sizes = `${megabytes(bytes, old?.bytes)} | ${megabytes(gzipBytes, old?.gzipBytes)}`;
      lines.push(`| ${platform} | ${sizes} | ${start} |`);
    }
    lines.push("");
    if (Object.keys(before).length > 0) lines.push("In parentheses: the change since the last release.", "");
  }
  if (layers !== undefined) {
    const single = layers.base + layers.spacetail + layers.tailscale;
    lines.push(
      `The image has ${megabytes(layers.runner)}, of which the base is ${megabytes(layers.base)}. Built in a single`,
      `stage, it would have ${megabytes(single)}.`,
      "",
    );
  }
  const names = Object.entries(times);
  if (names.length > 0) {
    lines.push("| step | seconds |", "| --- | ---: |");
    for (const [name, seconds] of names) lines.push(`| ${name} | ${seconds} |`);
    lines.push("");
  }
  if (audit !== undefined) {
    const { found, excepted } = audit;
    lines.push(`Known vulnerabilities: ${found.length} (${excepted.length} excepted).`, "");
    for (const { id, where, title } of found) lines.push(`- ${id} in ${where}: ${title}`);
  }
  return lines.join("\n").trimEnd();
}
