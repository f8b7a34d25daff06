// SPDX-License-Identifier: Apache-2.0
import { attachmentProblems } from "../../contract/context/attachment-problems.js";
import { broken, notEmpty } from "../../contract/context/rules.js";
import { holdsTailscaleSecret } from "../../contract/context/secrets.js";
import { OPTIONS, type OutputFormat } from "../../contract/options/options.js";
import type { Tree } from "../arguments.js";
import { Failure } from "../failure.js";
import type { AttachmentOptions, FileOptions, RenderOptions } from "./options.js";
import { resourceName } from "./texts.js";

/** Fails with the first problem, if there is one. Null stands for a rule that is kept. */
export function refuse(problems: Iterable<string | null>): void {
  for (const problem of problems) if (problem !== null) throw new Failure(problem);
}

const OUTPUTS: Readonly<
  Record<OutputFormat, { readonly column: "hcl" | "configYml" | "plugin"; readonly title: string }>
> = {
  hcl: { column: "hcl", title: "a Terraform module" },
  "config-yml": { column: "configYml", title: ".spacelift/config.yml" },
  plugin: { column: "plugin", title: "a plugin's manifest" },
};

/** What is wrong with options because the output has no place for them. */
export function* placeProblems(format: OutputFormat, options: Tree): Generator<string | null> {
  const { column, title } = OUTPUTS[format];
  for (const option of OPTIONS) {
    if (option[column] !== "") continue;
    const value = valueAt(options, option.name.split("."));
    if (option.kind === "presence") yield* clientIdProblems(option.name, value, title);
    else if (value !== undefined) yield noPlace(option.name, title);
  }
  yield* memberPlaceProblems(format, options);
}

/** A login whose client id nobody can be asked for there must come with it. */
function* clientIdProblems(name: string, value: unknown, title: string): Generator<string | null> {
  const isAsked = value !== undefined && valueAt(value, ["clientId"]) === undefined;
  yield isAsked ? `${name}.clientId must be given: there is no place to ask for it in ${title}` : null;
}

function* memberPlaceProblems(format: OutputFormat, options: RenderOptions): Generator<string | null> {
  const { title } = OUTPUTS[format];
  if (format === "plugin") {
    for (const { path, secret = true } of options.files ?? []) {
      yield secret ? `files.secret of ${path} must be false: there is no place for secret files in ${title}` : null;
    }
  }
  if (format === "config-yml") {
    // It would be for all stacks of the repository.
    yield options.attachments?.length === 0 ? "attachments must hold a stack, or must not be given" : null;
    for (const attachment of options.attachments ?? []) {
      for (const name of ["moduleId", "priority", "id", "spaceId"] as const) {
        yield attachment[name] === undefined ? null : noPlace(`attachments.${name}`, title);
      }
    }
  }
}

function noPlace(name: string, title: string): string {
  return `${name} must not be given: there is no place for it in ${title}`;
}

function valueAt(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return value;
  return typeof value === "object" && value !== null ? valueAt((value as Tree)[name], rest) : undefined;
}

/** What is made along with the context has no meaning for a login that exists. */
export function* loginProblems(options: RenderOptions): Generator<string | null> {
  if (options.auth === undefined) return;
  const isToken = options.auth.federated?.idToken?.startsWith("file:") === false;
  yield isToken ? "auth.federated.idToken must begin with file: no secret is in what is rendered" : null;
  for (const name of ["account", "trust", "tags", "applyTags", "grants"] as const) {
    yield options[name] === undefined
      ? null
      : `${name} must not be given together with auth: it is of a login that is made`;
  }
}

/** What is wrong with options that no context of the contract has. */
export function* ownProblems({ writeOnlyVersion, author }: RenderOptions): Generator<string | null> {
  yield broken("writeOnlyVersion", notEmpty(writeOnlyVersion), writeOnlyVersion);
  yield broken("author", notEmpty(author), author);
}

/** No text of Tailscale's secrets may be in what is rendered, wherever it was given. */
export function* secretProblems(value: unknown, path = ""): Generator<string | null> {
  if (typeof value === "object" && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      yield* secretProblems(name, path);
      const inner = Array.isArray(value) ? path : path === "" ? name : `${path}.${name}`;
      yield* secretProblems(member, inner);
    }
    return;
  }
  const isSecret = typeof value === "string" && holdsTailscaleSecret(value);
  yield isSecret ? `${path} must not hold a secret of Tailscale: no secret is in what is rendered` : null;
}

/** The content of a readable file is in what is rendered, that of a secret one is not. */
export function* fileProblems(files: readonly FileOptions[]): Generator<string | null> {
  for (const { path = "", content, secret = true } of files) {
    const property = `files.content of ${path}`;
    yield secret && content !== undefined
      ? `${property} must not be given unless secret is false: no secret is in what is rendered`
      : null;
    yield !secret && content === undefined ? `${property} must be given, because secret is false` : null;
  }
  yield* nameProblems(
    "files.path",
    files.map(({ path = "" }) => path),
    resourceName,
  );
}

/** Things that are told apart by their names must be so by what their names become. */
export function* nameProblems(
  property: string,
  names: readonly string[],
  become: (name: string) => string,
): Generator<string | null> {
  const all = names.map(become);
  const at = all.findIndex((name, i) => all.indexOf(name) !== i);
  yield broken(
    property,
    at < 0 ? null : `must be told apart by more than case and signs: two become ${all[at]}`,
    names[at],
  );
}

/** What is wrong with the stacks and modules that the context is attached to. */
export function* attachmentsProblems(
  attachments: readonly AttachmentOptions[],
  contextSpace: string | undefined,
): Generator<string | null> {
  for (const { stackId, moduleId, ...options } of attachments) {
    const isOne = (stackId === undefined) !== (moduleId === undefined);
    yield isOne ? null : "attachments must have exactly one of stackId, moduleId";
    const property = stackId === undefined ? "moduleId" : "stackId";
    yield* attachmentProblems(`attachments.${property}`, stackId ?? moduleId ?? "", options, contextSpace);
  }
  const names = attachments.map(
    ({ stackId, moduleId, id }) => `${stackId === undefined ? "module" : "stack"}:${id ?? stackId ?? moduleId}`,
  );
  yield* nameProblems("attachments", names, resourceName);
}
