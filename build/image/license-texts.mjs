// SPDX-License-Identifier: Apache-2.0

/** One text with the licenses of everything in the executables; texts that several parts share are in it once. */
export function licenseTexts(own, files) {
  const sections = [...own];
  const texts = new Map();
  for (const { program, parts } of files) {
    const lines = parts.map(({ name, version, license }) => `  ${name} ${version}  ${license}`);
    sections.push(`${program} contains:\n\n${lines.join("\n")}`);
    for (const { name, notices } of parts) {
      for (const notice of notices) texts.set(notice, [...(texts.get(notice) ?? []), name]);
    }
  }
  for (const [text, names] of texts) sections.push(`${[...new Set(names)].join(", ")}:\n\n${text}`);
  const line = `\n\n${"-".repeat(80)}\n\n`;
  return `${sections.join(line)}\n`;
}
