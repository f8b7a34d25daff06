// SPDX-License-Identifier: Apache-2.0
import { join, relative } from "node:path";
import { parseState, type State } from "../deploy/index.js";
import { givenByAccount } from "../run-definition.js";
import {
  performRun,
  type RunDefinition,
  type RunEvent,
  type RunFile,
  type RunResult,
  type RunType,
} from "../runs/index.js";
import { projectConfig, type SpaceliftApi } from "../spacelift/index.js";
import { ROOT, type World } from "../world.js";
import { packFor } from "./packages.js";
import { type Registry, startRegistry } from "./registry.js";
import { adminImage, PROVIDERS } from "./runner-image.js";

/** How to make an admin stack. */
export interface AdminStackOptions {
  /** The folder of the program that it deploys. @default examples/cdktf */
  readonly source?: string;
  /** The slug of the role that it gets in its own space, or null for none. @default "space-admin" */
  readonly role?: string | null;
  /**
   * A filesystem mirror of the providers; then Terraform itself deploys, with them. @default none: the deploy loader
   * takes Terraform's place, because without a registry it cannot get at its providers
   */
  readonly providers?: string | undefined;
  /** Hears of everything in its runs. @default nobody */
  readonly onEvent?: (event: RunEvent) => void;
}

const CLI_CONFIG = "/mnt/workspace/providers.tfrc";

/**
 * The phases in which a run has a token. Source: Spacelift documentation, "Terraform provider"; destroying is
 * undocumented.
 */
const PHASES_WITH_TOKEN = ["plan", "apply", "perform", "destroy"];

/**
 * A stack of the embedded Spacelift whose runs deploy a CDKTF program: the hooks in the program's
 * `.spacelift/config.yml` install its packages and synthesize it, the deploy loader takes Terraform's place, and the
 * Spacelift provider's rights come from a role attached to the stack.
 */
export class AdminStack {
  static readonly ID = "admin";

  private constructor(
    private readonly spacelift: SpaceliftApi,
    private readonly registry: Registry,
    private readonly source: string,
    private readonly providers: string | undefined,
    private readonly onEvent: (event: RunEvent) => void,
  ) {}

  /** Puts the stack into the account, with what a user would configure there. */
  static async create(world: World, options: AdminStackOptions = {}): Promise<AdminStack> {
    const { source = join(ROOT, "examples/cdktf"), role = "space-admin", providers, onEvent = () => {} } = options;
    const { account } = world.spacelift;
    const { apiUrl, admin } = world.tailnet.info;
    const registry = await startRegistry(packFor(ROOT, source));
    const stack = account.stacks.add({ name: AdminStack.ID, id: AdminStack.ID });
    const variables = [
      { id: "TAILSCALE_BASE_URL", value: apiUrl, writeOnly: false },
      { id: "TAILSCALE_OAUTH_CLIENT_ID", value: admin.clientId, writeOnly: false },
      { id: "TAILSCALE_OAUTH_CLIENT_SECRET", value: admin.clientSecret, writeOnly: true },
      // Only the packages of this machine can be installed here.
      { id: "npm_config_registry", value: registry.url, writeOnly: false },
      { id: "npm_config_audit", value: "false", writeOnly: false },
      { id: "npm_config_fund", value: "false", writeOnly: false },
      { id: "npm_config_update_notifier", value: "false", writeOnly: false },
    ];
    for (const variable of variables) stack.elements.add({ ...variable, type: "ENVIRONMENT_VARIABLE" });
    if (role !== null) {
      const roleID = account.roles.bySlug(role)?.id ?? "";
      account.roleBindings.create({ roleID, stackID: stack.id, spaceID: stack.space });
    }
    if (providers !== undefined) {
      stack.elements.add({
        id: "TF_CLI_CONFIG_FILE",
        type: "ENVIRONMENT_VARIABLE",
        value: CLI_CONFIG,
        writeOnly: false,
      });
    }
    return new AdminStack(world.spacelift, registry, source, providers, onEvent);
  }

  /** Performs a run of the stack. */
  async run(type: RunType, more: Partial<RunDefinition> = {}): Promise<RunResult> {
    const token = this.spacelift.issueRunToken(AdminStack.ID);
    const runtime = projectConfig(this.source, AdminStack.ID);
    const { environment, ...given } = givenByAccount(this.spacelift.account, AdminStack.ID, runtime);
    const state = Object.entries(token.state).map(([name, value]) => ({
      name,
      value,
      secret: name === "TF_HTTP_PASSWORD",
    }));
    const api = { name: "SPACELIFT_API_TOKEN", value: token.value, secret: true };
    const definition: RunDefinition = {
      ...given,
      files: [...given.files, ...this.filesForTerraform()],
      type,
      source: this.source,
      environment: (phase) => [
        ...(typeof environment === "function" ? environment(phase) : environment),
        ...state,
        ...(PHASES_WITH_TOKEN.includes(phase) ? [api] : []),
      ],
      ...more,
    };
    const terraform = process.env.SPACETAIL_TERRAFORM;
    const run = performRun(definition, {
      image: adminImage(ROOT, this.providers),
      ...(this.providers === undefined || terraform === undefined ? {} : { terraform }),
      silenceLimitMs: 120_000,
      runLimitMs: 600_000,
      onEvent: (event) => {
        if (event.type === "phase-started") token.active = PHASES_WITH_TOKEN.includes(event.phase);
        if (event.type === "phase-ended") token.active = false;
        this.onEvent(event);
      },
    });
    return await run.result;
  }

  /** What Terraform has to be told: where the providers are, and what Spacelift says of the backend. */
  private filesForTerraform(): RunFile[] {
    if (this.providers === undefined) return [];
    const installation = `provider_installation {\n  filesystem_mirror {\n    path = "${PROVIDERS}"\n  }\n}\n`;
    const backend = JSON.stringify({ terraform: { backend: { http: {} } } });
    return [
      { path: relative("/mnt/workspace", CLI_CONFIG), content: installation },
      { path: "source/spacelift_backend_override.tf.json", content: backend },
    ];
  }

  /** The state that the loader left with Spacelift; null before its first apply. */
  get state(): State | null {
    const text = this.spacelift.account.states.get(AdminStack.ID);
    return text === undefined ? null : parseState(text);
  }

  /** Stops serving packages. */
  close(): Promise<void> {
    return this.registry.close();
  }
}
