// SPDX-License-Identifier: Apache-2.0
import { setsExitTrap } from "../hooks/hook-text.js";
import { RUN } from "../hooks/hooks.js";
import { nameInRun } from "../options/checks.js";
import {
  AFTER_HOOK_OPTIONS,
  ATTACHMENT_OPTIONS,
  BEFORE_HOOK_OPTIONS,
  CONTEXT_OPTIONS,
} from "../options/context-options.js";
import { isLoopback, parseHostPort } from "../wire/addresses.js";
import { apiUrl } from "../wire/checks.js";
import { containerbootRefusal } from "../wire/containerboot.js";
import { secretAttributes } from "../wire/credentials.js";
import { labelFromName } from "../wire/labels.js";
import { authRules, reachRules } from "./auth-rules.js";
import { deliveryRules } from "./delivery.js";
import type { Engine } from "./engine.js";
import { isKnownObject, knownMembers, knownObjects, knownText, repeated } from "./known.js";
import { hiddenProblem, memberPath, type Problem, problem } from "./problem.js";
import { readOptions, type Values } from "./read.js";
import { mintingLogin } from "./unused-key.js";

/** Everything that is wrong with the options of a context. */
export function contextProblems(given: unknown, engine: Engine): Problem[] {
  const { values, problems } = readOptions([...CONTEXT_OPTIONS, ...engine.contextOptions], given, engine);
  return [...problems, ...authRules(values), ...contextRules(values, given, engine)];
}

/** Everything that is wrong with one attachment, which may be one of a list. */
export function attachmentProblems(given: unknown, contextSpace: unknown, engine: Engine): Problem[] {
  const { values, problems, isUnreadable } = readOptions(ATTACHMENT_OPTIONS, given, engine);
  if (isUnreadable) return [...problems];
  const space = engine.isUnknown(contextSpace) ? undefined : contextSpace;
  return [...problems, ...attachmentRules("", values, given, space, engine)];
}

/**
 * Everything that is wrong with one hook.
 *
 * @param exitTrap whether the context has an EXIT trap of its own
 */
export function hookProblems(isBefore: boolean, given: unknown, exitTrap: unknown, engine: Engine): Problem[] {
  const { values, problems } = readOptions(isBefore ? BEFORE_HOOK_OPTIONS : AFTER_HOOK_OPTIONS, given, engine);
  return [...problems, ...(exitTrap === false ? [] : exitTrapRules("", values))];
}

/**
 * The rules about several options of a context, but for its login.
 *
 * @param values as they were read
 * @param given what they were read from
 */
export function* contextRules(values: Values, given: unknown, engine: Engine): Generator<Problem> {
  yield* labelRules(values, given, engine);
  yield* environmentRules(values);
  yield* keyServerRules(values);
  yield* proxyRules(values);
  yield* shieldRules(values);
  yield* fileRules(knownObjects(values.files));
  yield* deliveryRules(values);
  if (values.exitTrap === true || values.exitTrap === undefined) {
    for (const property of ["beforeHooks", "afterHooks"]) {
      for (const { at, members } of knownObjects(values[property])) {
        yield* exitTrapRules(`${property}[${at}].`, members);
      }
    }
  }
  if (values.runnerImage !== undefined && values.runnerRegistry !== undefined) {
    const message = "must not be given together with runnerImage";
    yield problem("runnerRegistry", message, knownText(values.runnerRegistry));
  }
  yield* attachmentsRules(values, given, engine);
}

/** How a context gets to its stacks: one label, several, all stacks, or a label derived from the name. */
function* labelRules(values: Values, given: unknown, engine: Engine): Generator<Problem> {
  const { name, autoattach, autoattachLabels, autoattachAll } = values;
  if (autoattachAll === true) {
    const message = "must not be given together with autoattachAll";
    if (autoattach !== undefined) yield hiddenProblem("autoattach", message);
    if (autoattachLabels !== undefined) yield hiddenProblem("autoattachLabels", message);
    return;
  }
  if (autoattach !== undefined && autoattachLabels !== undefined) {
    yield hiddenProblem("autoattachLabels", "must not be given together with autoattach");
  }
  if (autoattach !== undefined || autoattachLabels !== undefined) return;
  const known = knownText(name);
  if (known !== undefined && labelFromName(known) === "") {
    const message =
      "must contain a letter or digit, because the stack label is derived from it unless autoattach is given";
    yield problem("name", message, known);
  }
  if (!engine.canCompute && engine.isUnknown(knownMembers(given).name)) {
    const message = `must be given, because no stack label can be derived from a name that is ${engine.unknown}`;
    yield hiddenProblem("autoattach", message);
  }
}

/** Each file has a path of its own, at which there is no folder for another one. */
function* fileRules(files: ReturnType<typeof knownObjects>): Generator<Problem> {
  for (const { at, members } of repeated(files, ({ members }) => knownText(members.path))) {
    yield problem(`files[${at}].path`, "must not be given twice", members.path);
  }
  const paths = files.flatMap(({ members }) => knownText(members.path) ?? []);
  for (const { at, members } of files) {
    const file = paths.find((path) => knownText(members.path)?.startsWith(`${path}/`));
    if (file !== undefined) {
      yield problem(`files[${at}].path`, `must not be below ${file}, which is a file too`, members.path);
    }
  }
}

function* environmentRules({ environment, secretEnvironment }: Values): Generator<Problem> {
  const readable = Object.keys(knownMembers(environment));
  for (const name of Object.keys(knownMembers(secretEnvironment))) {
    if (readable.includes(name)) yield hiddenProblem(`secretEnvironment.${name}`, "must not be in environment too");
  }
  // The executable would refuse them too, but only in the run.
  for (const [property, variables] of Object.entries({ environment, secretEnvironment })) {
    for (const [name, value] of Object.entries(knownMembers(variables))) {
      const refusal = containerbootRefusal(nameInRun(name), knownText(value) ?? "");
      if (refusal !== null) yield hiddenProblem(memberPath(property, name), refusal);
    }
  }
}

/** Auth keys are created at the control server unless there is another API, so its URL must be good for an API. */
function* keyServerRules({ auth, controlUrl, apiUrl: api }: Values): Generator<Problem> {
  const known = knownText(controlUrl);
  const { oauthClient, oauthSecret, external } = knownMembers(auth);
  const isMinting = !isKnownObject(auth) || mintingLogin(auth) !== undefined;
  if (known === undefined || !isMinting || external !== undefined || api !== undefined) return;
  if (apiUrl(known) === null || hasApi(oauthClient) || hasApi(oauthSecret)) return;
  const message =
    "must be an https:// URL with a host name unless apiUrl is given, because auth keys are created there";
  yield problem("controlUrl", message, known);
}

/** Proxies that others can reach are an open door into the tailnet. */
function* proxyRules({ allowRemoteClients, ...values }: Values): Generator<Problem> {
  if (allowRemoteClients !== undefined && allowRemoteClients !== false) return;
  for (const property of ["httpProxy", "socks5Server"]) {
    const known = knownText(values[property]);
    const address = known === undefined ? null : parseHostPort(known);
    if (address === null || isLoopback(address.host)) continue;
    const message = "must be a loopback address, such as localhost:8080, unless allowRemoteClients is true";
    yield problem(property, message, known);
  }
}

function* shieldRules({ ssh, shieldsUp }: Values): Generator<Problem> {
  if (ssh !== true || shieldsUp !== true) return;
  const message = "must not be true together with ssh, because shields refuse every connection from the tailnet";
  yield hiddenProblem("shieldsUp", message);
}

/** True for an OAuth client whose secret says where its API is. */
function hasApi(client: unknown): boolean {
  const secret = knownText(knownMembers(client).clientSecret);
  return secret !== undefined && secretAttributes(secret).baseUrl !== "";
}

function* exitTrapRules(prefix: string, { phase, command }: Values): Generator<Problem> {
  const known = knownText(command);
  if (known === undefined || phase === RUN || !setsExitTrap(known)) return;
  const message =
    "must not set an EXIT trap unless exitTrap is false: it would replace the trap that takes the tunnel down";
  yield problem(`${prefix}command`, message, known);
}

function* attachmentsRules({ attachments, spaceId }: Values, given: unknown, engine: Engine): Generator<Problem> {
  const all = knownObjects(attachments);
  if (all.length === 0) return;
  const { attachments: raw } = knownMembers(given);
  for (const { at, members } of all) {
    yield* attachmentRules(`attachments[${at}].`, members, Array.isArray(raw) ? raw[at] : undefined, spaceId, engine);
  }
  const twice = ["stackId", "moduleId"].flatMap((target) =>
    repeated(all, ({ members }) => knownText(members[target])).map((one) => ({ target, ...one })),
  );
  for (const { target, at, members } of twice) {
    yield problem(`attachments[${at}].${target}`, "must not be attached twice", members[target]);
  }
  const nameOf = ({ stackId, moduleId, id }: Values) => {
    const name = knownText(id) ?? knownText(stackId ?? moduleId);
    return name === undefined ? undefined : `${stackId === undefined ? "module" : "stack"}:${name}`;
  };
  for (const { at } of repeated(all, ({ members }) => nameOf(members))) {
    if (twice.some((one) => one.at === at)) continue;
    yield hiddenProblem(`attachments[${at}].id`, "must not be the name of another attachment");
  }
}

function* attachmentRules(
  prefix: string,
  { stackId, moduleId, id, spaceId }: Values,
  given: unknown,
  contextSpace: unknown,
  engine: Engine,
): Generator<Problem> {
  if ((stackId === undefined) === (moduleId === undefined)) {
    const property = prefix === "" ? "attachment" : prefix.slice(0, -1);
    yield hiddenProblem(property, "must have exactly one of stackId, moduleId");
  }
  const target = stackId === undefined ? "moduleId" : "stackId";
  if (id === undefined && engine.isUnknown(knownMembers(given)[target])) {
    yield hiddenProblem(`${prefix}id`, `must be given, because ${target} is ${engine.unknown}`);
  }
  yield* reachRules(`${prefix}spaceId`, spaceId, contextSpace);
}
