// SPDX-License-Identifier: Apache-2.0
// The typed members that users see are compared with the rows: names, documentation, defaults and types.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  AFTER_HOOK_OPTIONS,
  ATTACHMENT_OPTIONS,
  AUTH_OPTIONS,
  CONTEXT_OPTIONS,
  FILE_OPTIONS,
  GRANT_OPTIONS,
  IDENTITY_OPTIONS,
  META_OPTIONS,
  OAUTH_CLIENT_OPTIONS,
  type Option,
  PHASES,
  POLICY_OPTIONS,
  RUN,
  RUN_TYPES,
  TAILNET_OPTIONS,
  TAILSCALE_PROVIDER_OPTION,
  TOKEN_SCOPES,
  TRUST_OPTIONS,
  TUNNEL_OPTIONS,
  WRITE_ONLY_OPTION,
} from "../../contract/index.js";
import { interfacesOf, type Member } from "./interfaces.js";

const ROOT = join(__dirname, "../..");

const CONSTRUCTS = interfacesOf(ROOT, "constructs");
const PULUMI = interfacesOf(ROOT, "pulumi");

/** The members of a row's object. */
function membersOf(options: readonly Option[], name: string): readonly Option[] {
  return options.find((one) => one.name === name)?.members ?? [];
}

const SHARED = CONTEXT_OPTIONS.filter(({ name }) => name !== "name" && name !== "auth");
const FEDERATED = membersOf(AUTH_OPTIONS, "federated");
const TUNNEL = SHARED.filter(({ name }) => TUNNEL_OPTIONS.some((row) => row.name === name));
const TERRAFORM = [...META_OPTIONS, WRITE_ONLY_OPTION];

/** What both rooms have under the same names. */
const ALIKE: Readonly<Record<string, readonly Option[]>> = {
  TailnetOAuthSecret: membersOf(AUTH_OPTIONS, "oauthSecret"),
  TailnetFederatedAuth: FEDERATED,
  TailnetIdentity: membersOf(FEDERATED, "identity"),
  TailnetTrustedRuns: TRUST_OPTIONS,
  TailnetGrant: GRANT_OPTIONS,
  TailnetFile: FILE_OPTIONS,
  TailnetHook: AFTER_HOOK_OPTIONS,
  TailnetAttachment: ATTACHMENT_OPTIONS,
  TailnetAttachmentOptions: ATTACHMENT_OPTIONS.filter(({ name }) => !/^(stack|module)Id$/.test(name)),
};

/** The rows of every interface of the constructs. */
const PROPS: Readonly<Record<string, readonly Option[]>> = {
  ...ALIKE,
  TailnetContextProps: [...CONTEXT_OPTIONS, ...TERRAFORM],
  TailnetContextOptions: [...SHARED, ...TERRAFORM],
  TailnetTunnelOptions: TUNNEL,
  TailnetProps: [...TAILNET_OPTIONS, ...TERRAFORM, TAILSCALE_PROVIDER_OPTION],
  TailnetAuthMembers: AUTH_OPTIONS,
  TailnetHookPlacement: AFTER_HOOK_OPTIONS.filter(({ name }) => name === "outsideTunnel"),
  TailnetFederatedIdentityProps: [...IDENTITY_OPTIONS, ...META_OPTIONS],
  TailnetOAuthClientProps: [...OAUTH_CLIENT_OPTIONS, ...META_OPTIONS],
  TailnetPolicyFragmentProps: POLICY_OPTIONS,
  TailnetMetaArguments: META_OPTIONS,
};

/** The rows of every interface of Pulumi's components. */
const ARGS: Readonly<Record<string, readonly Option[]>> = {
  ...ALIKE,
  TailnetContextArgs: CONTEXT_OPTIONS,
  TailnetContextOptions: SHARED,
  TailnetTunnelArgs: TUNNEL,
  TailnetArgs: TAILNET_OPTIONS,
  TailnetAuth: AUTH_OPTIONS,
  TailnetFederatedIdentityArgs: IDENTITY_OPTIONS,
  TailnetOAuthClientArgs: OAUTH_CLIENT_OPTIONS,
};

const ALL = [
  ...Object.entries(PROPS).map(([name, rows]) => ["constructs", name, rows, CONSTRUCTS] as const),
  ...Object.entries(ARGS).map(([name, rows]) => ["pulumi", name, rows, PULUMI] as const),
];

test("every exported interface is compared with rows", () => {
  expect([...CONSTRUCTS.keys()].sort()).toEqual(Object.keys(PROPS).sort());
  expect([...PULUMI.keys()].sort()).toEqual(Object.keys(ARGS).sort());
});

describe.each(ALL)("%s: %s", (_, name, rows, interfaces) => {
  const members = interfaces.get(name) ?? [];
  const byName = new Map(members.map((member) => [member.name, member]));

  test("has the options of its rows and no others", () => {
    expect(members.map((one) => one.name).sort()).toEqual(rows.map((one) => one.name).sort());
  });

  test.each(rows.map((row) => [row.name, row] as const))("%s is documented as in its row", (option, row) => {
    const { doc = "", default: given, isOptional, type = "" } = byName.get(option) ?? {};
    expect(`${doc} `.slice(0, row.doc.length + 1)).toBe(`${row.doc} `);
    expect({ isOptional, default: given }).toEqual({ isOptional: row.isRequired !== true, default: defaultOf(row) });
    expect(plain(type)).toMatch(TYPES[row.kind]);
  });
});

/** What `@default` says of a row. */
function defaultOf({ default: value, defaultText, isRequired }: Option): string {
  if (isRequired === true) return "";
  return value === undefined ? `- ${defaultText}` : JSON.stringify(value);
}

/** The types of each kind, as {@link plain} has them. */
const TYPES: Readonly<Record<Option["kind"], RegExp>> = {
  text: /^string$/,
  boolean: /^boolean$/,
  number: /^number$/,
  list: /^string\[\]$/,
  map: /^\{ readonly \[name: string\]: string \}$/,
  object: /^Tailnet\w+$/,
  objects: /^Tailnet\w+\[\]$/,
  program: /^(TerraformProvider|ITerraformDependable\[\]|TerraformResourceLifecycle)$/,
};

/**
 * A type without what only Pulumi or only TypeScript's users get: inputs, lists that are only read, words to
 * complete.
 */
function plain(type: string): string {
  let [before, after] = ["", type];
  while (before !== after) {
    before = after;
    after = before
      .replace(/pulumi\.Input<([^<>]*)>/, "$1")
      .replace(/ \| pulumi\.Output<[^<>]*>/, "")
      .replace(/\bTextsInput\b/, "string[]")
      .replace(/\b(?:List|list\.Array|WordsInput)<([^<>]*)>/, "$1[]")
      .replace(/\bWordInput<([^<>]*)>/, "$1")
      .replace(/ \| undefined\b/, "")
      .replace(/\b(Phase|HookPhase|RunType|TokenScope)\b/, "string");
  }
  return after;
}

describe("what the constructs and Pulumi's components share has the same types", () => {
  const pairs = Object.keys(ARGS).map((name) => {
    const props = name === "TailnetAuth" ? "TailnetAuthMembers" : name.replace(/Args$/, "Props");
    return [PROPS[props] === undefined ? name.replace(/Args$/, "Options") : props, name] as const;
  });

  test.each(pairs)("%s and %s", (props, args) => {
    const typesOf = (members: readonly Member[] = []) => {
      return Object.fromEntries(members.map(({ name, type }) => [name, plain(type)]));
    };
    const own = typesOf(CONSTRUCTS.get(props));
    const other = typesOf(PULUMI.get(args));
    // To Pulumi an OAuth client of the program is its outputs, since a component cannot be an input.
    if (props === "TailnetAuthMembers") own.oauthClient = "TailnetOAuthSecret";
    expect(own).toMatchObject(other);
  });
});

test("the words that editors complete are those of the rules", () => {
  const source = readFileSync(join(ROOT, "contract/context/types.ts"), "utf8");
  const words = (name: string) => {
    const [, union = ""] = new RegExp(`^export type ${name} = (.*);$`, "m").exec(source) ?? [];
    return union.split(" | ").map((word) => (word.startsWith('"') ? JSON.parse(word) : word));
  };
  expect(words("Phase")).toEqual(PHASES);
  expect(words("HookPhase")).toEqual(["Phase", RUN]);
  expect(words("RunType")).toEqual(RUN_TYPES);
  expect(words("TokenScope")).toEqual(TOKEN_SCOPES);
});
