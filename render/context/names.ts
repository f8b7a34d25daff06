// SPDX-License-Identifier: Apache-2.0
import { knownMembers, knownObjects, knownText } from "../../contract/context/known.js";
import { hiddenProblem, memberPath, type Problem } from "../../contract/context/problem.js";
import type { Values } from "../../contract/context/read.js";
import type { OutputFormat } from "../../contract/options/option.js";
import { fileInput, variableInput } from "./inputs.js";
import { TARGETS } from "./target.js";
import { resourceName } from "./texts.js";

/** A name that a user gave, and what it becomes in an output. */
interface Name {
  readonly property: string;
  readonly text: string;
  readonly becomes: string;
}

/** Names that differ must also differ in what they become. */
export function nameProblems(format: OutputFormat, { secretEnvironment, files, attachments }: Values): Problem[] {
  const variables = Object.keys(knownMembers(secretEnvironment)).map((name) => ({
    property: memberPath("secretEnvironment", name),
    text: name,
    becomes: variableInput(name).id,
  }));
  const asked = TARGETS[format].asks ? collisions(variables) : [];
  return format === "hcl" ? [...asked, ...fileProblems(files), ...attachmentProblems(attachments)] : asked;
}

function fileProblems(files: unknown): Problem[] {
  const all = knownObjects(files).map(({ at, members: { path, secret } }) => {
    const text = knownText(path) ?? "";
    return { property: `files[${at}].path`, text, becomes: `file_${resourceName(text)}`, secret };
  });
  const secret = all.filter((one) => one.secret !== false);
  const inputs = collisions(secret.map((one) => ({ ...one, becomes: `var.${fileInput(one.text).id}` })));
  return [...collisions(all), ...inputs.filter(({ property }) => !collides(all, property))];
}

function attachmentProblems(attachments: unknown): Problem[] {
  const all = knownObjects(attachments).flatMap(({ at, members: { stackId, moduleId, id } }) => {
    const text = knownText(id) ?? knownText(stackId) ?? knownText(moduleId);
    const kind = stackId === undefined ? "module" : "stack";
    return text === undefined
      ? []
      : [{ property: `attachments[${at}]`, text, becomes: `${kind}_${resourceName(text)}` }];
  });
  return collisions(all);
}

function collides(names: readonly Name[], property: string): boolean {
  return collisions(names).some((one) => one.property === property);
}

/** The same name twice is the business of other rules. */
function collisions(names: readonly Name[]): Problem[] {
  return names.flatMap(({ property, text, becomes }, at) => {
    const other = names.slice(0, at).find((one) => one.becomes === becomes && one.text !== text);
    if (other === undefined) return [];
    const message = `must differ from ${JSON.stringify(other.text)} in more than case and punctuation: both become`;
    return [hiddenProblem(property, `${message} ${becomes}`)];
  });
}
