// SPDX-License-Identifier: Apache-2.0
// The options of a context, but for its login.
import { hookProblem } from "../hooks/hook-text.js";
import { RUN } from "../hooks/hooks.js";
import { DEFAULT_PHASES, PHASES } from "../hooks/phases.js";
import { tailscaledArgs } from "../wire/checks.js";
import { readTailscaledArgs } from "../wire/flags.js";
import { parseForward, portTwice } from "../wire/forwards.js";
import { stackLabelProblem } from "../wire/labels.js";
import { TUNNEL_OPTIONS as TUNNEL_ROWS, type TunnelOption } from "../wire/tunnel-options.js";
import { extraLabel, identifier, notEmpty, oneLine, oneOf, secretText, variableName } from "./checks.js";
import { DELIVERIES, executable, folderUrl, sha256Text } from "./delivery.js";
import { fileContentProblem, filePathProblem } from "./files.js";
import { AUTH_OPTIONS, CREATED_LOGIN_OPTIONS } from "./login-options.js";
import { type Details, type Option, option } from "./option.js";

/** The description of a context that has no other. */
export const DEFAULT_DESCRIPTION = "Puts runs on a Tailscale tailnet, with spacetail";

/** A file of a context. */
export const FILE_OPTIONS: readonly Option[] = [
  option("path", "text", "Path relative to /mnt/workspace; the stack's code is in `source`.", {
    check: filePathProblem,
    isRequired: true,
    known: "always",
  }),
  option("content", "text", "The text of the file, at most 2 MiB.", {
    check: fileContentProblem,
    isSecret: true,
    isReadable: ({ secret }) => secret === false,
    isRequired: true,
    rendered: {
      kind: "text",
      doc: "The text of the file, at most 2 MiB; only if `secret` is false.",
      defaultText: "asked for",
    },
  }),
  option("secret", "boolean", "Keep the file from being read back, though code of a run can read it.", {
    attractsSecrets: true,
    default: true,
    known: "always",
  }),
];

/** A hook of the user's own. */
function hookOptions(phases: readonly string[], phaseDoc: string): readonly Option[] {
  return [
    option("phase", "text", phaseDoc, { check: oneOf(phases), isRequired: true, known: "always" }),
    option("command", "text", "One shell command that does not end the phase's shell.", {
      check: (text) => hookProblem(text),
      isRequired: true,
      isReadable: true,
    }),
    option(
      "outsideTunnel",
      "boolean",
      "Run the hook without the tunnel: before it goes up, or after programs no longer use it.",
      { default: false, known: "always" },
    ),
  ];
}

/** A hook before a phase. */
export const BEFORE_HOOK_OPTIONS = hookOptions(PHASES, `One of ${PHASES.join(", ")}.`);

/** A hook after a phase, or after the run. */
export const AFTER_HOOK_OPTIONS = hookOptions(
  [...PHASES, RUN],
  `One of ${PHASES.join(", ")}; or \`run\`, for the end of every run, which has no tunnel.`,
);

/** How a context is attached to one stack or module. */
export const ATTACHMENT_OPTIONS: readonly Option[] = [
  option("stackId", "text", "ID of the stack.", {
    check: identifier,
    defaultText: "none if moduleId is given",
    places: { hcl: "`stack_id`", "config-yml": "`stacks`" },
  }),
  option("moduleId", "text", "ID of the module, whose test runs then have the context.", {
    check: identifier,
    defaultText: "none if stackId is given",
    places: { hcl: "`module_id`" },
  }),
  option("priority", "number", "Whole number that orders contexts attached by ID: the lowest is outermost.", {
    default: 0,
    places: { hcl: "`priority`" },
  }),
  option("id", "text", "Name of the attachment among the program's resources; another name replaces it.", {
    check: notEmpty,
    known: "always",
    defaultText: "the ID of the stack or module, which must then be known",
    places: { hcl: "name of the resource" },
  }),
  option(
    "spaceId",
    "text",
    "ID of the space that the stack or module is in; it is an error if the context cannot reach it.",
    { check: identifier, defaultText: "not checked", places: { hcl: "checked" } },
  ),
];

const IMAGE = {
  hcl: "output `runner_image`",
  "config-yml": "`runner_image`",
  blueprint: "`runner_image`",
  kubernetes: "`image`, `defaultRunnerImage`",
};

const FETCHED = { hcl: "`spacelift_mounted_file`, `before_*`", plugin: "`contexts.mounted_files`, `contexts.hooks`" };

const HOOKS: Details = {
  places: { hcl: "`before_*`, `after_*`", "config-yml": "`before_*`, `after_*`", plugin: "`contexts.hooks`" },
};

/** What a context is, and when and where its tunnel is up. */
const GENERAL_OPTIONS: readonly Option[] = [
  option("spaceId", "text", "ID of the space that the context is in; it reaches stacks of that space and below.", {
    check: identifier,
    defaultText: "the space of the provider's credentials",
    places: { hcl: "`var.space_id`", blueprint: "default of `inputs.space`" },
  }),
  option("description", "text", "Description of the context.", {
    check: notEmpty,
    isReadable: true,
    default: DEFAULT_DESCRIPTION,
    places: { hcl: "`description`", plugin: "`contexts.description`" },
  }),
  option("phases", "list", `Phases of a run that are on the tailnet: any of ${PHASES.join(", ")}.`, {
    check: oneOf(PHASES),
    listCheck: phasesProblem,
    default: DEFAULT_PHASES,
    known: "to-compute",
    ...HOOKS,
  }),
  option("autoattach", "text", "The label that a stack carries to get the context.", {
    check: stackLabelProblem,
    isReadable: true,
    defaultText: "derived from the name: lower case, with a dash for each sequence of other characters",
    places: { hcl: "`var.stack_label`", blueprint: "`labels`" },
  }),
  option(
    "autoattachLabels",
    "list",
    "Several labels, any of which gives a stack the context; an empty list attaches it by ID only.",
    {
      check: stackLabelProblem,
      isReadable: true,
      known: "to-extend",
      defaultText: "the label of autoattach",
      places: { hcl: "`labels`", blueprint: "`labels`; of several, the first" },
    },
  ),
  option("autoattachAll", "boolean", "Attach the context to every stack and module that it can reach.", {
    default: false,
    known: "always",
    places: { hcl: "`labels`", blueprint: "no `labels`" },
  }),
  option("attachments", "objects", "Stacks and modules to attach the context to by ID.", {
    members: ATTACHMENT_OPTIONS,
    defaultText: "none",
    places: { hcl: "`spacelift_context_attachment`", "config-yml": "`stacks`" },
  }),
  option(
    "outermost",
    "boolean",
    "Make the context the outermost of all attached by label, with a name that begins with `zzzzz-`.",
    { default: false, known: "always", places: { hcl: "`name`", plugin: "`contexts.name_prefix`" } },
  ),
  option("environment", "map", "More variables for the run, which everyone who can see the context can read.", {
    check: oneLine,
    nameCheck: variableName,
    isReadable: true,
    secretAdvice: "use secretEnvironment or auth",
    defaultText: "none",
    places: {
      hcl: "`spacelift_environment_variable`",
      "config-yml": "`environment`",
      plugin: "`contexts.env`",
      blueprint: "`environment.variables`",
    },
  }),
  option(
    "secretEnvironment",
    "map",
    "More variables for the run that cannot be read back, though code of a run can read them.",
    {
      check: secretText,
      nameCheck: variableName,
      isSecret: true,
      defaultText: "none",
      rendered: { kind: "list", doc: "Names of more secret variables for the run." },
      places: {
        hcl: "`var.secret_<name in lower case>`",
        "config-yml": "secret variables of the stack",
        plugin: "`parameters.secret_<name in lower case>`",
        blueprint: "`inputs.secret_<name in lower case>`",
      },
    },
  ),
  option("files", "objects", "Files for the run, under /mnt/workspace.", {
    members: FILE_OPTIONS,
    defaultText: "none",
    places: {
      hcl: "`spacelift_mounted_file`, `var.file_<path>`",
      plugin: "`contexts.mounted_files`, unless secret",
      blueprint: "`environment.mounted_files`, unless secret",
    },
  }),
  option("beforeHooks", "objects", "More hooks before a phase, inside the tunnel unless `outsideTunnel` is true.", {
    members: BEFORE_HOOK_OPTIONS,
    defaultText: "none",
    ...HOOKS,
  }),
  option(
    "afterHooks",
    "objects",
    "More hooks after a phase that passed, inside the tunnel unless `outsideTunnel` is true.",
    {
      members: AFTER_HOOK_OPTIONS,
      defaultText: "none",
      ...HOOKS,
    },
  ),
  option("exitTrap", "boolean", "Take the tunnel down with an EXIT trap of the phase's shell.", {
    default: true,
    known: "to-compute",
    ...HOOKS,
  }),
  option("delivery", "text", `How the executables get into a run: ${DELIVERIES.join(" or ")}.`, {
    check: oneOf(DELIVERIES),
    default: "image",
    known: "always",
    places: FETCHED,
  }),
  option("fetchUrl", "text", "URL of the folder that runs fetch the executables from.", {
    check: folderUrl,
    known: "always",
    defaultText: "the release of this version",
    places: FETCHED,
  }),
  option("fetchSums", "map", "SHA-256 of each executable in that folder, uncompressed.", {
    check: sha256Text,
    nameCheck: executable,
    known: "always",
    defaultText: "those of the release of this version",
    places: FETCHED,
  }),
  option("runnerImage", "text", "The runner image that stacks should use, which a context cannot set.", {
    check: notEmpty,
    defaultText: "the image of this version in runnerRegistry, if that is given",
    places: IMAGE,
  }),
  option(
    "runnerRegistry",
    "text",
    "Registry and namespace that the image was pushed to as `runner-tailnet`, such as `ghcr.io/acme`.",
    {
      check: notEmpty,
      defaultText: "none",
      places: IMAGE,
    },
  ),
  option("labels", "list", "More labels of the context, to find it by.", {
    check: extraLabel,
    isReadable: true,
    known: "to-extend",
    defaultText: "none",
    places: { hcl: "`var.labels`", plugin: "`contexts.labels`" },
  }),
];

/** Version of secrets that are kept out of the state, which only Terraform can do. */
export const WRITE_ONLY_OPTION = option(
  "writeOnlyVersion",
  "text",
  "Keep secrets out of the Terraform state; they are sent to Spacelift again when this text changes.",
  {
    check: notEmpty,
    defaultText: "none; secrets are in the state too, and changes are detected without a version",
    places: { hcl: "`value_wo_version`" },
  },
);

/** What only libraries check: the executable takes proxy addresses and flags from elsewhere too. */
const STRICTER: Readonly<Record<string, Details>> = {
  forwards: { listCheck: forwardsProblem },
  // The hooks name them.
  proxyVariables: { known: "to-compute" },
  capture: { known: "to-compute" },
  tailscaledArgs: { listCheck: tailscaledArgsProblem },
};

/** The variables that decide about the text of the hooks. */
const IN_HOOKS: readonly string[] = [
  "TS_CAPTURE",
  "TS_OUTBOUND_HTTP_PROXY_LISTEN",
  "TS_PROXY_VARIABLES",
  "TS_USERSPACE",
];

/**
 * Variables about a phase and about the container that it is in, which a sidecar has nothing to do with. The sidecar of
 * the worker pool has no privileges, so it has proxies whatever TS_USERSPACE asks for.
 */
const OF_PHASES: readonly string[] = [
  "TS_ALLOW_REMOTE_CLIENTS",
  "TS_BOOT_TIMEOUT",
  "TS_CAPTURE",
  "TS_NO_PROXY",
  "TS_PROXY_VARIABLES",
  "TS_RUNTIME_DIR",
  "TS_SOCKET",
  "TS_USERSPACE",
  "TS_WAIT_FOR",
];

/** The tunnel's options, as the executable has them, with what only libraries check. */
const TUNNEL_OPTIONS: readonly Option[] = TUNNEL_ROWS.map((row) =>
  option(row.name, row.kind, row.doc, { ...tunnelDetails(row), ...STRICTER[row.name] }),
);

function tunnelDetails({ kind, variable, check, ...row }: TunnelOption): Details {
  const value = kind === "boolean" ? row.default === "true" : row.default;
  return {
    check,
    variable,
    isReadable: kind !== "boolean",
    ...(row.default === "" ? { defaultText: row.defaultText } : { default: value }),
    places: {
      hcl: `\`spacelift_environment_variable.${variable}\``,
      "config-yml": `\`environment.${variable}\``,
      plugin: `\`contexts.env.${variable}\``,
      // The hooks of the context have them in their text, so a stack must not choose others.
      ...(IN_HOOKS.includes(variable) ? {} : { blueprint: `\`environment.variables\`: \`${variable}\`` }),
      ...(OF_PHASES.includes(variable) ? {} : { kubernetes: `\`env\` of the sidecar: \`${variable}\`` }),
    },
  };
}

/** Each forward has a port of its own. */
function forwardsProblem(forwards: readonly string[]): string | null {
  const port = portTwice(forwards.flatMap((text) => parseForward(text) ?? []));
  return port === 0 ? null : `must not use port ${port} twice`;
}

/** The hooks must know where the HTTP proxy listens, so addresses have one place only. So does the socket. */
function tailscaledArgsProblem(words: readonly string[]): string | null {
  const flags = words.join(" ");
  const { httpProxy, socks5Server } = readTailscaledArgs(flags);
  if (words.some((word) => /^--?socket(=|$)/.test(word))) return "must not contain --socket: use socket";
  if (httpProxy !== null) return "must not contain --outbound-http-proxy-listen: use httpProxy";
  if (socks5Server !== null) return "must not contain --socks5-server: use socks5Server";
  return tailscaledArgs(flags);
}

const NAME = option("name", "text", "Name of the context, unique in the account.", {
  check: identifier,
  isReadable: true,
  places: {
    hcl: "`var.name`",
    plugin: "`contexts.name_prefix`",
    blueprint: "`labels`, unless `autoattach` is given",
    kubernetes: "`metadata.name`",
  },
});

const AUTH = option("auth", "object", "How runs log in to the tailnet; exactly one member is given.", {
  members: AUTH_OPTIONS,
  places: { hcl: "", "config-yml": "", plugin: "", blueprint: "", kubernetes: "" },
});

const SHARED = [...GENERAL_OPTIONS, ...TUNNEL_OPTIONS];

/** Terraform's meta-arguments, which only programs have. Pulumi's programs have resource options instead. */
export const META_OPTIONS: readonly Option[] = [
  option("provider", "program", "The provider to use, if a program has several of that kind.", {
    defaultText: "the only one that the stack has",
    places: { hcl: "`providers` of the module call" },
  }),
  option("dependsOn", "program", "What must exist before the resource.", {
    defaultText: "what the resource refers to",
    places: { hcl: "`depends_on` of the module call" },
  }),
  option("lifecycle", "program", "How Terraform treats the resource over time, such as `{ preventDestroy: true }`.", {
    defaultText: "none",
  }),
];

/** The provider of the login that {@link TAILNET_OPTIONS} describe. */
export const TAILSCALE_PROVIDER_OPTION = option(
  "tailscaleProvider",
  "program",
  "The Tailscale provider to use, if a program has several.",
  { defaultText: "the only one that the stack has", places: { hcl: "`providers` of the module call" } },
);

/** The options of a context. */
export const CONTEXT_OPTIONS: readonly Option[] = [
  { ...NAME, isRequired: true },
  { ...AUTH, isRequired: true },
  ...SHARED,
];

/** The options of a context and a login that is created along with it. */
export const TAILNET_OPTIONS: readonly Option[] = [
  { ...NAME, default: "tailnet" },
  ...CREATED_LOGIN_OPTIONS,
  ...SHARED,
];

/** The options of `spacetail render`. */
export const RENDER_OPTIONS: readonly Option[] = [
  ...CREATED_LOGIN_OPTIONS,
  {
    ...AUTH,
    defaultText:
      "HCL: a new login. config.yml, plugin and Kubernetes: an existing OAuth client. Blueprint: the context's login.",
  },
  { ...NAME, default: "tailnet" },
  ...SHARED,
  WRITE_ONLY_OPTION,
  option("author", "text", "Author of the plugin.", {
    check: notEmpty,
    default: "spacetail",
    places: { plugin: "`author`" },
  }),
  option("contextId", "text", "ID of the context to attach to the stacks of a blueprint, instead of a label.", {
    check: notEmpty,
    defaultText: "an input if `autoattachLabels` is empty; otherwise stacks get the context by label",
    places: { blueprint: "`attachments.contexts`" },
  }),
];

function phasesProblem(phases: readonly string[]): string | null {
  if (phases.length === 0) return `must name at least one of ${PHASES.join(", ")}`;
  const twice = phases.find((phase, at) => phases.indexOf(phase) !== at);
  return twice === undefined ? null : `must not name ${twice} twice`;
}
