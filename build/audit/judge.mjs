// SPDX-License-Identifier: Apache-2.0

/** The vulnerabilities that `npm audit --json` found: `{ id, where, title }`. */
export function readNpm(text) {
  const report = JSON.parse(text);
  if (report.vulnerabilities === undefined) throw new Error(`npm audit: ${report.message ?? "no report"}`);
  const advisories = Object.values(report.vulnerabilities).flatMap(({ via }) => via.filter((one) => one.url));
  return unique(advisories.map(({ url, name, title }) => ({ id: url.split("/").at(-1), where: name, title })));
}

/**
 * Those that `govulncheck -format json` found in code that is linked in. It prints one object after another; a finding
 * without a symbol is about a module of which nothing vulnerable is used.
 */
export function readGo(text) {
  const objects = text.split(/^(?=\{)/m).filter((part) => part.trim() !== "");
  const messages = objects.map((part) => JSON.parse(part));
  const titles = new Map(messages.flatMap(({ osv }) => (osv === undefined ? [] : [[osv.id, osv.summary]])));
  const findings = messages.flatMap(({ finding }) => (finding?.trace[0]?.function === undefined ? [] : [finding]));
  return unique(findings.map(({ osv, trace }) => ({ id: osv, where: trace[0].module, title: titles.get(osv) ?? "" })));
}

function unique(list) {
  return [...new Map(list.map((one) => [`${one.id} ${one.where}`, one])).values()];
}

/**
 * Holds what was found against the exceptions, each `{ id, reason, until }`.
 *
 * @returns what is not excepted, what is, and what is wrong with the exceptions
 */
export function judge(found, exceptions, now) {
  const problems = [];
  const valid = new Map();
  for (const { id = "", reason = "", until = "" } of exceptions) {
    const end = new Date(`${until}T23:59:59Z`);
    if (id === "" || reason === "")
      problems.push(`an exception must have an id and a reason: ${JSON.stringify({ id, reason })}`);
    else if (Number.isNaN(end.getTime())) problems.push(`${id} must have a date in "until", such as 2027-01-31`);
    else if (end < now) problems.push(`${id} expired on ${until}`);
    else if (!found.some((one) => one.id === id)) problems.push(`${id} is not found anymore: remove it`);
    else valid.set(id, { reason, until });
  }
  return {
    found: found.filter(({ id }) => !valid.has(id)),
    excepted: found.filter(({ id }) => valid.has(id)).map((one) => ({ ...one, ...valid.get(one.id) })),
    problems,
  };
}
