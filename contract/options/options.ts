// SPDX-License-Identifier: Apache-2.0
// Every option of everything that makes a context, and where it ends up in each output. `spacetail render` takes its
// options from here, and the documentation its table.

/**
 * How an option is written:
 *
 * - `text`, `boolean`, `list` (of texts), `map` (of texts): in a file as in JSON, or as flags;
 * - `presence`: a member whose own members can all be left out: `true` in a file, a flag without a value;
 * - `objects`: a list of objects, in a file only;
 * - `program`: means something to programs alone.
 */
export type OptionKind = "text" | "boolean" | "list" | "map" | "presence" | "objects" | "program";

/** How a member of one of a list of objects is written. */
export type MemberKind = "text" | "boolean" | "list" | "number";

/** The outputs of `spacetail render`. */
export type OutputFormat = "hcl" | "config-yml" | "plugin";

/** An option, and its name in each output. An empty name says that the output has no place for it. */
export interface Option {
  /** Its name among the options of `spacetail render`, with dots between the names of members. */
  readonly name: string;
  readonly kind: OptionKind;
  /** Of `objects`: their members, each with its kind. */
  readonly members: Readonly<Record<string, MemberKind>>;
  /** In properties of the constructs. Methods are written with parentheses. */
  readonly constructs: string;
  /** In arguments of Pulumi's components. */
  readonly pulumi: string;
  /** In the Terraform module. */
  readonly hcl: string;
  /** In `.spacelift/config.yml`, under `stack_defaults` or a stack. */
  readonly configYml: string;
  /** In a plugin's manifest. */
  readonly plugin: string;
  /** One sentence. */
  readonly doc: string;
}

type Places = Partial<Omit<Option, "name" | "kind" | "doc">>;

const HOOKS: Places = { hcl: "`before_*`, `after_*`", configYml: "`before_*`, `after_*`", plugin: "`contexts.hooks`" };

/** All options, in groups: the login that is made, the login that exists, the context, the tunnel. */
export const OPTIONS: readonly Option[] = [
  made("account", "text", "`issuer`, `audience`", "The Spacelift account whose runs log in without a secret."),
  made("trust.spaceId", "text", "`subject`, `custom_claim_rules`", "Id of the space whose runs can log in."),
  made("trust.stack", "text", "`subject`, `custom_claim_rules`", "Id of the stack whose runs can log in."),
  made("trust.module", "text", "`subject`, `custom_claim_rules`", "Id of the module whose runs can log in."),
  made("trust.runTypes", "list", "`subject`, `custom_claim_rules`", "Types of runs that can log in."),
  made("trust.scope", "text", "`subject`, `custom_claim_rules`", "Scope that is asked of tokens: read or write."),
  made("trust.issuer", "text", "`issuer`", "Issuer of tokens, for a self-hosted Spacelift."),
  made("trust.audience", "text", "`audience`", "Audience of tokens, for a self-hosted Spacelift."),
  made("trust.subject", "text", "`subject`", "Pattern of subjects, for accounts with a template of their own."),
  {
    ...made("tags", "list", "`tags`", "ACL tags that runs join with."),
    hcl: "`tailscale_federated_identity` or `tailscale_oauth_client`: `tags`",
  },
  made("applyTags", "list", "`tags`", "ACL tags for applying; they want an account."),
  {
    ...option("grants", "objects", "What the tags may connect to: `dst`, `ip` and `src` each.", {}),
    members: { dst: "list", ip: "list", src: "list" },
    hcl: "output `policy`",
  },
  ...identity("auth.federated.identity", "", "client_id", "the federated identity of every phase"),
  ...identity("auth.federated.read", "ro_", "read_client_id", "the federated identity of every phase but applying"),
  ...identity("auth.federated.write", "wo_", "write_client_id", "the federated identity of applying"),
  variable("auth.federated.idToken", "text", "TS_ID_TOKEN", "`file:` and where the run's identity token is."),
  {
    ...option("auth.oauthClient", "program", "An OAuth client of the same program.", {}),
    hcl: "`tailscale_oauth_client`, when no login is given",
  },
  {
    ...secret(
      "auth.oauthSecret",
      "TS_OAUTH_CLIENT_SECRET",
      "oauth_client_secret",
      "An OAuth client that exists already.",
    ),
    constructs: "auth.oauthSecret.clientSecret",
    pulumi: "auth.oauthSecret.clientSecret",
  },
  variable("auth.oauthSecret.clientId", "text", "TS_OAUTH_CLIENT_ID", "Id of that client; the secret holds it too."),
  variable("auth.oauthSecret.tags", "list", "TS_OAUTH_TAGS", "ACL tags that runs join with."),
  secret("auth.authKey", "TS_AUTHKEY", "auth_key", "A reusable auth key, for control servers without OAuth clients."),
  context("name", "text", { hcl: "`var.name`", plugin: "`contexts.name_prefix`" }, "Name of the context."),
  context("spaceId", "text", { hcl: "`var.space_id`" }, "Id of the space that the context lives in."),
  context(
    "description",
    "text",
    { hcl: "`description`", plugin: "`contexts.description`" },
    "Description of the context.",
  ),
  hooks("phases", "list", "Phases of a run that are on the tailnet."),
  context("autoattach", "text", { hcl: "`var.stack_label`" }, "The label that a stack carries to get the context."),
  context("autoattachAll", "boolean", { hcl: "`labels`" }, "Attach the context to every stack that it can reach."),
  {
    ...option(
      "attachments",
      "objects",
      "Stacks and modules by id: `stackId` or `moduleId`, `priority`, `id` and `spaceId` each.",
      {},
    ),
    members: { stackId: "text", moduleId: "text", priority: "number", id: "text", spaceId: "text" },
    constructs: "attachTo(), attachToModule()",
    hcl: "`spacelift_context_attachment`",
    configYml: "`stacks`",
  },
  context(
    "outermost",
    "boolean",
    { hcl: "`name`", plugin: "`contexts.name_prefix`" },
    "Put the context around all others attached by label.",
  ),
  option("environment", "map", "More variables for the run.", {
    hcl: "`spacelift_environment_variable`",
    configYml: "`environment`",
    plugin: "`contexts.env`",
  }),
  {
    ...option("secretEnvironment", "list", "Names of more secret variables for the run.", {}),
    hcl: "`var.secret_NAME`",
    configYml: "secret variables of the stack",
    plugin: "`parameters.secret_NAME`",
  },
  {
    ...option("files", "objects", "Files: `path` each, with `secret: false` and `content` unless they are secret.", {
      hcl: "`spacelift_mounted_file`, `var.file_PATH`",
      plugin: "`contexts.mounted_files`",
    }),
    members: { path: "text", content: "text", secret: "boolean" },
  },
  {
    ...option("beforeHooks", "objects", "Hooks before a phase: `phase`, `command` and `outsideTunnel` each.", HOOKS),
    members: { phase: "text", command: "text", outsideTunnel: "boolean" },
    constructs: "addBefore()",
  },
  {
    ...option("afterHooks", "objects", "Hooks after a phase: `phase`, `command` and `outsideTunnel` each.", HOOKS),
    members: { phase: "text", command: "text", outsideTunnel: "boolean" },
    constructs: "addAfter()",
  },
  hooks("exitTrap", "boolean", "Take the tunnel down by an EXIT trap of the phase's shell."),
  context(
    "runnerImage",
    "text",
    { hcl: "output `runner_image`", configYml: "`runner_image`" },
    "The runner image that stacks are to use.",
  ),
  context(
    "runnerRegistry",
    "text",
    { hcl: "output `runner_image`", configYml: "`runner_image`" },
    "A registry that has the runner image of this version.",
  ),
  context("labels", "list", { hcl: "`var.labels`", plugin: "`contexts.labels`" }, "More labels of the context."),
  {
    ...context("writeOnlyVersion", "text", { hcl: "`value_wo_version`" }, "Keep secrets out of the Terraform state."),
    pulumi: "",
  },
  variable("waitFor", "list", "TS_WAIT_FOR", "Services, as host:port, that must answer before a phase begins."),
  variable("bootTimeout", "text", "TS_BOOT_TIMEOUT", "How long it may take to join, as a Go duration."),
  variable("hostname", "text", "TS_HOSTNAME", "Name of the node."),
  variable("controlUrl", "text", "TS_CONTROL_URL", "The control server."),
  variable("apiUrl", "text", "TS_API_URL", "Where auth keys are minted."),
  variable("acceptDns", "boolean", "TS_EXTRA_ARGS", "Use the tailnet's DNS settings."),
  variable("acceptRoutes", "boolean", "TS_EXTRA_ARGS", "Use the routes that subnet routers advertise."),
  variable("exitNode", "text", "TS_EXTRA_ARGS", "The node that traffic to the rest of the world goes out by."),
  variable("shieldsUp", "boolean", "TS_EXTRA_ARGS", "Refuse connections from the tailnet to the runner."),
  variable("httpProxy", "text", "TS_OUTBOUND_HTTP_PROXY_LISTEN", "Where the tunnel's HTTP proxy listens."),
  variable("socks5Server", "text", "TS_SOCKS5_SERVER", "Where the tunnel's SOCKS5 proxy listens."),
  variable("noProxy", "list", "TS_NO_PROXY", "Hosts, domains or networks that stay out of the tunnel."),
  variable("tailscaledArgs", "list", "TS_TAILSCALED_EXTRA_ARGS", "Flags passed on to tailscaled."),
  variable("socket", "text", "TS_SOCKET", "Path of tailscaled's socket."),
  variable("trace", "boolean", "TRACE", "Print every step of joining and leaving with its time."),
  {
    ...option("author", "text", "Author of the plugin.", {}),
    constructs: "",
    pulumi: "",
    plugin: "`author`",
  },
  {
    ...option("provider", "program", "The provider to use, where there are several.", {}),
    pulumi: "resource options",
    hcl: "`providers` of the module call",
  },
  {
    ...option("tailscaleProvider", "program", "The Tailscale provider to use.", {}),
    pulumi: "resource options",
    hcl: "`providers` of the module call",
  },
  {
    ...option("dependsOn", "program", "What must be there before.", {}),
    pulumi: "resource options",
    hcl: "`depends_on` of the module call",
  },
  { ...option("lifecycle", "program", "Terraform's lifecycle settings.", {}), pulumi: "resource options" },
];

function option(name: string, kind: OptionKind, doc: string, places: Places): Option {
  return {
    name,
    kind,
    members: {},
    constructs: name,
    pulumi: name,
    hcl: "",
    configYml: "",
    plugin: "",
    ...places,
    doc,
  };
}

/** An option of the context itself. */
function context(name: string, kind: OptionKind, places: Places, doc: string): Option {
  return option(name, kind, doc, places);
}

/** An option of the login that is made along with the context, which only Terraform and programs can make. */
function made(name: string, kind: OptionKind, attributes: string, doc: string): Option {
  return option(name, kind, doc, { hcl: `\`tailscale_federated_identity\`: ${attributes}` });
}

/** An option that decides about the hooks. */
function hooks(name: string, kind: OptionKind, doc: string): Option {
  return option(name, kind, doc, HOOKS);
}

/** An option that becomes an environment variable of the run. */
function variable(name: string, kind: OptionKind, variableName: string, doc: string): Option {
  return option(name, kind, doc, {
    hcl: `\`spacelift_environment_variable.${variableName}\``,
    configYml: `\`environment.${variableName}\``,
    plugin: `\`contexts.env.${variableName}\``,
  });
}

/** A secret, whose value is never in what is rendered. */
function secret(name: string, variableName: string, input: string, doc: string): Option {
  return option(name, "presence", doc, {
    hcl: `\`var.${input}\``,
    configYml: `secret variable \`${variableName}\` of the stack`,
    plugin: `\`parameters.${input}\``,
  });
}

function identity(name: string, prefix: string, input: string, what: string): Option[] {
  const known = { hcl: "checked", configYml: "checked", plugin: "checked" };
  return [
    option(name, "presence", `Login by ${what}, which exists already.`, {
      hcl: `\`var.${input}\``,
      plugin: `\`parameters.${input}\``,
    }),
    variable(`${name}.clientId`, "text", `${prefix}TS_CLIENT_ID`, "Its client id, which is no secret."),
    variable(`${name}.tags`, "list", `${prefix}TS_OAUTH_TAGS`, "ACL tags that runs join with."),
    option(`${name}.spaceId`, "text", "The space that it trusts, to check against.", known),
    option(`${name}.runTypes`, "list", "The types of runs that it trusts, to check against.", known),
    option(`${name}.scope`, "text", "The scope that it asks for, to check against.", known),
  ];
}
