// SPDX-License-Identifier: Apache-2.0
// `spacetail render` reports a mistake in the same words as programs.
import { RENDER_OPTIONS } from "../../contract/options/context-options.js";
import { FORMATS, type Option, type OutputFormat } from "../../contract/options/option.js";
import { CONTEXT_MISTAKES, GOOD, TAILNET_MISTAKES } from "../mistakes.js";
import { problemsOf, runWithOptions } from "./command.js";

type Members = Readonly<Record<string, unknown>>;

/** Options as a file has them: without the secrets that programs give. */
function withoutSecrets({ auth, secretEnvironment, files, ...options }: Members): Members {
  return {
    ...options,
    ...(auth === undefined ? {} : { auth: isObject(auth) ? login(auth) : auth }),
    ...(secretEnvironment === undefined ? {} : { secretEnvironment: Object.keys(secretEnvironment as object) }),
    ...(files === undefined ? {} : { files: Array.isArray(files) ? files.map(file) : files }),
  };
}

function login({ authKey, oauthSecret, ...others }: Members): Members {
  const { clientSecret: _, ...client } = isObject(oauthSecret) ? oauthSecret : {};
  return {
    ...(oauthSecret === undefined ? {} : { oauthSecret: client }),
    ...(authKey === undefined ? {} : { authKey: true }),
    ...others,
  };
}

function file(one: unknown): unknown {
  if (!isObject(one) || one.secret === false) return one;
  const { content: _, ...rest } = one;
  return rest;
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Problems of what is never given here. */
const OF_PROGRAMS = [
  /^(name|auth|auth\.\w+\.clientSecret|auth\.federated\.\w+\.clientId) must be given$/,
  /^auth\.(authKey|oauthSecret|oauthClient|federated\.identity|federated\.idToken|oauthSecret\.clientSecret) must/,
  /^secretEnvironment\.\w+ must (not be empty|be a string|not contain)/,
  /^files\[0\]\.content must not be empty/,
];

const isHere = (lines: readonly string[]) => !lines.some((line) => OF_PROGRAMS.some((one) => one.test(line)));
const HERE = CONTEXT_MISTAKES.filter(([, lines]) => isHere(lines));
const ELSEWHERE = CONTEXT_MISTAKES.filter(([, lines]) => !isHere(lines));

/** Whether an output has a place for all options and members of lists, as far as they are that. */
function isPlaced(format: OutputFormat, options: Members, rows: readonly Option[] = RENDER_OPTIONS): boolean {
  return rows.every(({ name, places, members = [], kind }) => {
    const value = options[name];
    if (value === undefined || Object.keys(places).length === 0) return true;
    // Only runs have the tokens for these.
    if (name === "auth" && isObject(value) && "federated" in value && format === "kubernetes") return false;
    const elements = kind === "objects" && Array.isArray(value) ? value.filter(isObject) : [];
    return format in places && elements.every((one) => isPlaced(format, one, members));
  });
}

/** Whether an output has a place for what the problems are about: no label is derived for plugins, for example. */
function isItsBusiness(format: OutputFormat, lines: readonly string[]): boolean {
  const about: Members = { autoattach: /^name must contain/, phases: /^phases must/ };
  const others = Object.keys(about).filter((name) => lines.some((line) => (about[name] as RegExp).test(line)));
  return others.every((name) => isPlaced(format, { [name]: true }));
}

test("most mistakes can be made here too", () => {
  expect(HERE.length).toBeGreaterThan(100);
  expect(ELSEWHERE.length).toBeLessThan(25);
});

describe.each(FORMATS)("%s", (format) => {
  const { auth } = GOOD;
  const name = isPlaced(format, { name: "a" }) ? { name: GOOD.name } : {};
  const cases = HERE.filter(([options, lines]) => isPlaced(format, options) && isItsBusiness(format, lines));

  test.each(cases)("%j", (options, lines) => {
    const given = withoutSecrets({ ...name, auth, ...options });
    const said = problemsOf(format, given);
    // Files are secret unless they say otherwise, and not every output has a place for those.
    expect(said.filter((line) => !line.endsWith("does not support secret files"))).toEqual(lines);
    expect(said.join()).not.toMatch(/hidden|tskey-/);
  });
});

test.each(ELSEWHERE)("what programs give in %j is not shown", (options) => {
  const { out, err } = runWithOptions("hcl", { ...GOOD, auth: { authKey: true }, ...options });
  // Conditions of modules name how secrets begin.
  expect(out + err).not.toMatch(/hidden|tskey-\w+-\w/);
});

test.each(TAILNET_MISTAKES.filter(([{ auth }]) => auth === undefined))("a created login: %j", (options, lines) => {
  expect(problemsOf("hcl", options)).toEqual(lines);
});
