// SPDX-License-Identifier: Apache-2.0
// The options of logins: those that are created along with the context, and those that exist.
import { RUN_TYPES, runTypesProblem, TOKEN_SCOPES } from "../login/federation.js";
import {
  account,
  atLeastOne,
  authKeyText,
  clientIdText,
  clientSecretText,
  grantPort,
  grantTarget,
  httpsUrl,
  idPattern,
  notEmpty,
  runType,
  secretText,
  tag,
  tailscaleDescription,
  tokenScope,
} from "./checks.js";
import { type Details, type Option, option } from "./option.js";

const IDENTITY = "`tailscale_federated_identity`";
const TAG_RULES: Details = { check: tag, listCheck: atLeastOne("tag") };
const DEFAULT_TAGS = ["tag:spacelift"];

const CLAIMS = { places: { hcl: `${IDENTITY}: \`subject\`, \`custom_claim_rules\`` } };

/** Which runs a federated identity trusts. */
export const TRUST_OPTIONS: readonly Option[] = [
  option("spaceId", "text", "ID of the space that the runs' stacks are in; `*` matches any characters.", {
    check: idPattern,
    defaultText: "any space",
    ...CLAIMS,
  }),
  option("stack", "text", "ID of the stack; `*` matches any characters, as in `network-*`.", {
    check: idPattern,
    defaultText: "any stack or module",
    ...CLAIMS,
  }),
  option("module", "text", "ID of the module, instead of a stack; `*` matches any characters.", {
    check: idPattern,
    defaultText: "any stack or module",
    ...CLAIMS,
  }),
  option("runTypes", "list", `Types of runs: any of ${RUN_TYPES.join(", ")}.`, {
    check: runType,
    listCheck: (list) => runTypesProblem(list),
    known: "to-compute",
    defaultText: "every type",
    ...CLAIMS,
  }),
  option("scope", "text", `Scope of the run's token: ${TOKEN_SCOPES.map((one) => `\`${one}\``).join(" or ")}.`, {
    check: tokenScope,
    defaultText: "either",
    ...CLAIMS,
  }),
  option("issuer", "text", "Issuer of the runs' tokens, an https URL that Tailscale can reach.", {
    check: httpsUrl,
    defaultText: "`https://` and the account's host name",
    places: { hcl: `${IDENTITY}: \`issuer\`` },
  }),
  option("audience", "text", "Audience of the runs' tokens.", {
    check: notEmpty,
    defaultText: "the account's host name",
    places: { hcl: `${IDENTITY}: \`audience\`` },
  }),
  option(
    "subject",
    "text",
    "Pattern for the subject of the runs' tokens, for accounts with a custom subject template.",
    {
      check: notEmpty,
      defaultText: "derived from space, stack or module, run types and scope",
      places: { hcl: `${IDENTITY}: \`subject\`` },
    },
  ),
];

const ACCOUNT = "The Spacelift account whose runs log in without a secret: its name (`acme`) or its host name.";

/** A federated identity. */
export const IDENTITY_OPTIONS: readonly Option[] = [
  option("account", "text", "The Spacelift account whose runs are trusted: its name (`acme`) or its host name.", {
    check: account,
    isRequired: true,
  }),
  option("tags", "list", "ACL tags that runs join the tailnet with, such as `tag:spacelift`.", {
    ...TAG_RULES,
    isRequired: true,
  }),
  ...TRUST_OPTIONS,
  option(
    "description",
    "text",
    "What the identity is for, as the admin console shows it: at most 50 letters, digits, spaces and dashes.",
    { check: tailscaleDescription, default: "Spacelift runs" },
  ),
];

/** An OAuth client. */
export const OAUTH_CLIENT_OPTIONS: readonly Option[] = [
  option("tags", "list", "ACL tags that runs join the tailnet with, such as `tag:spacelift`.", {
    ...TAG_RULES,
    isRequired: true,
  }),
  option(
    "description",
    "text",
    "What the client is for, as the admin console shows it: at most 50 letters, digits, spaces and dashes.",
    { check: tailscaleDescription, default: "Spacelift runs" },
  ),
];

/** What nodes may connect to. */
export const GRANT_OPTIONS: readonly Option[] = [
  option("dst", "list", "Tags, hosts, addresses or networks, without ports: `tag:db`, `10.0.0.0/8`.", {
    check: grantTarget,
    listCheck: atLeastOne("destination"),
    isRequired: true,
    known: "always",
  }),
  option("ip", "list", "Ports, with or without their protocol: `443`, `tcp:5432`, `udp:1-1024`, `*`.", {
    check: grantPort,
    listCheck: atLeastOne("port"),
    default: ["*"],
    known: "always",
  }),
  option("src", "list", "Which of the tags in use may connect.", {
    ...TAG_RULES,
    defaultText: "all of them",
    known: "always",
  }),
];

/** What a policy fragment says. */
export const POLICY_OPTIONS: readonly Option[] = [
  option("tags", "list", "The tags in use, such as `tag:spacelift`.", {
    ...TAG_RULES,
    isRequired: true,
    known: "to-compute",
  }),
  option("owners", "list", "Who may assign the tags: users, groups, autogroups or other tags.", {
    check: notEmpty,
    listCheck: atLeastOne("owner"),
    default: ["autogroup:admin"],
    known: "to-compute",
  }),
  option("grants", "objects", "What nodes with the tags may connect to.", {
    members: GRANT_OPTIONS,
    defaultText: "nothing",
  }),
];

/** The login that is created along with a context. */
export const CREATED_LOGIN_OPTIONS: readonly Option[] = [
  option("account", "text", ACCOUNT, {
    check: account,
    defaultText: "none; runs log in with an OAuth client, whose secret is a secret variable of the context",
    places: { hcl: `${IDENTITY}: \`issuer\`, \`audience\`` },
  }),
  option("trust", "object", "Which runs of the account can log in.", {
    members: TRUST_OPTIONS,
    defaultText: "every run of the account that knows the client ID, which is not a secret",
    places: { hcl: IDENTITY },
  }),
  option("tags", "list", "ACL tags that runs join the tailnet with.", {
    ...TAG_RULES,
    default: DEFAULT_TAGS,
    known: "to-compute",
    places: { hcl: `${IDENTITY} or \`tailscale_oauth_client\`: \`tags\`` },
  }),
  option("applyTags", "list", "ACL tags that runs join with while they apply; requires an account.", {
    ...TAG_RULES,
    defaultText: "the same as in all other phases",
    known: "to-compute",
    places: { hcl: `${IDENTITY}: \`tags\`` },
  }),
  option("grants", "objects", "What nodes with the tags may connect to, for the policy.", {
    members: GRANT_OPTIONS,
    defaultText: "nothing",
    places: { hcl: "output `policy`" },
  }),
];

/** An OAuth client whose credentials are known. */
const CLIENT_MEMBERS: readonly Option[] = [
  option("clientSecret", "text", "The client's secret.", {
    check: clientSecretText,
    isSecret: true,
    isRequired: true,
    ...variable("TS_OAUTH_CLIENT_SECRET", { places: secretPlaces("oauth_client_secret", "TS_OAUTH_CLIENT_SECRET") }),
  }),
  option("clientId", "text", "The client's ID.", {
    check: clientIdText,
    isReadable: true,
    defaultText: "the ID that the secret contains",
    ...variable("TS_OAUTH_CLIENT_ID"),
  }),
  option("tags", "list", "ACL tags that runs join with: all tags of the client, or tags that one of them owns.", {
    ...TAG_RULES,
    default: DEFAULT_TAGS,
    ...variable("TS_OAUTH_TAGS"),
  }),
];

/** A federated identity whose client ID is known. */
function identityMembers(prefix: string): readonly Option[] {
  const checked = { places: { hcl: "checked", "config-yml": "checked", plugin: "checked", blueprint: "checked" } };
  return [
    option("clientId", "text", "The identity's client ID, which is not a secret.", {
      check: clientIdText,
      isReadable: true,
      isRequired: true,
      rendered: { kind: "text", defaultText: "asked for; required in config.yml, which cannot ask" },
      ...variable(`${prefix}TS_CLIENT_ID`),
    }),
    option("tags", "list", "ACL tags that runs join with: all tags of the identity, or tags that one of them owns.", {
      ...TAG_RULES,
      default: DEFAULT_TAGS,
      ...variable(`${prefix}TS_OAUTH_TAGS`),
    }),
    option("spaceId", "text", "ID of the space whose runs the identity trusts; `*` matches any characters.", {
      check: idPattern,
      defaultText: "any space, or unknown",
      ...checked,
    }),
    option(
      "runTypes",
      "list",
      "Types of runs that the identity trusts; it is an error if none of them can join in one of the phases.",
      { check: runType, defaultText: "every type, or unknown", ...checked },
    ),
    option("scope", "text", "Scope that the identity requires of tokens, checked in the same way.", {
      check: tokenScope,
      defaultText: "either, or unknown",
      ...checked,
    }),
  ];
}

/** When an identity is used, continuing the sentence about it. */
const USES: Readonly<Record<string, string>> = { identity: "", read: ", except to apply", write: " to apply" };

function identity(name: string, prefix: string, input: string, doc: string, defaultText: string): Option {
  const members = identityMembers(prefix);
  return option(name, "object", doc, {
    members,
    what: "a TailnetFederatedIdentity, or an object with its clientId",
    mustLack: "clientSecret",
    defaultText,
    rendered: {
      kind: "presence",
      members,
      doc: `${doc} Without \`clientId\`, the client ID becomes an input.`,
      input: { id: input, doc: `Client ID of the Tailscale federated identity that runs log in with${USES[name]}` },
    },
    places: {
      hcl: `\`var.${input}\``,
      "config-yml": "with `clientId`",
      plugin: `\`parameters.${input}\``,
      blueprint: `\`inputs.${input}\``,
    },
  });
}

/** Federated identities that exist. */
const FEDERATED_OPTIONS: readonly Option[] = [
  identity("identity", "", "client_id", "The identity of every phase.", "none if read or write is given"),
  identity(
    "read",
    "ro_",
    "read_client_id",
    "The identity of every phase except apply.",
    "none; then only apply can be on the tailnet",
  ),
  identity("write", "wo_", "write_client_id", "The identity of apply.", "none; then apply cannot be on the tailnet"),
  option(
    "idToken",
    "text",
    "The run's token, or `file:` and the path of a file with it, for runs that have it in an unusual place.",
    {
      check: secretText,
      isSecret: true,
      defaultText: "where Spacelift puts it: SPACELIFT_OIDC_TOKEN or /mnt/workspace/spacelift.oidc",
      rendered: {
        kind: "text",
        doc: "`file:` and the path of a file with the run's token, for runs that have it in an unusual place.",
      },
      ...variable("TS_ID_TOKEN"),
    },
  ),
];

/** How runs log in. */
export const AUTH_OPTIONS: readonly Option[] = [
  option("federated", "object", "Federated identities, which need no secret.", {
    members: FEDERATED_OPTIONS,
    defaultText: "none",
    places: { hcl: "", "config-yml": "", plugin: "", blueprint: "" },
  }),
  option("oauthClient", "object", "An OAuth client that this program creates.", {
    members: CLIENT_MEMBERS,
    what: "a TailnetOAuthClient, or an object with its clientSecret",
    defaultText: "none",
    rendered: { kind: "program" },
    places: { hcl: "`tailscale_oauth_client`, unless a login is given" },
  }),
  option("oauthSecret", "object", "An existing OAuth client.", {
    members: CLIENT_MEMBERS,
    defaultText: "none",
    rendered: {
      kind: "presence",
      members: CLIENT_MEMBERS.filter(({ name }) => name !== "clientSecret"),
      input: { id: "oauth_client_secret", doc: "Secret of the Tailscale OAuth client that runs log in with" },
    },
    places: secretPlaces("oauth_client_secret", "TS_OAUTH_CLIENT_SECRET"),
  }),
  option("authKey", "text", "A reusable, ephemeral, tagged auth key, for control servers without OAuth clients.", {
    check: authKeyText,
    isSecret: true,
    defaultText: "none",
    rendered: {
      kind: "presence",
      input: {
        id: "auth_key",
        doc: "Tailscale auth key that runs log in with: reusable, ephemeral and tagged",
      },
    },
    ...variable("TS_AUTHKEY", { places: secretPlaces("auth_key", "TS_AUTHKEY") }),
  }),
  option("external", "boolean", "Set no credentials: stacks, or other contexts, set the variables of a login.", {
    defaultText: "none",
    rendered: { kind: "presence" },
    places: { hcl: "no variables", "config-yml": "no variables", plugin: "no variables", blueprint: "no variables" },
  }),
];

/** A readable variable of the run, in every output. */
function variable(name: string, details: Details = {}): Details {
  const places = {
    hcl: `\`spacelift_environment_variable.${name}\``,
    "config-yml": `\`environment.${name}\``,
    plugin: `\`contexts.env.${name}\``,
    blueprint: `\`environment.variables\`: \`${name}\``,
  };
  return { variable: name, places, ...details };
}

/** A secret, whose value is never in what is rendered. */
function secretPlaces(input: string, name: string) {
  return {
    hcl: `\`var.${input}\``,
    "config-yml": `secret variable \`${name}\` of the stack`,
    plugin: `\`parameters.${input}\``,
    blueprint: `\`inputs.${input}\``,
  };
}
