// SPDX-License-Identifier: Apache-2.0
import { Construct } from "constructs";
import {
  AUTOATTACH_ALL,
  autoattachLabel,
  DEFAULT_HTTP_PROXY,
  DEFAULT_PHASES,
  hookLists,
  labelFromName,
  PHASES,
} from "../contract/index.js";
import { Context, EnvironmentVariable } from "./bindings/index.js";
import { type ContextVariable, proxyVariables, readableVariables } from "./context-variables.js";
import { literally } from "./literal.js";
import { authVariables, type TailnetAuth } from "./tailnet-auth.js";
import { contextProblems } from "./tailnet-context-problems.js";
import { refuse, ValidationError } from "./validation-error.js";

/**
 * Properties of {@link TailnetContext}. Text is taken literally, `${` and `%{` included; what Terraform is to fill in
 * comes as a token, such as an attribute of a resource or the value of a Terraform variable.
 */
export interface TailnetContextProps {
  /** Name of the context, unique in the account. */
  readonly name: string;

  /** How runs log in to the tailnet. Exactly one member is given. */
  readonly auth: TailnetAuth;

  /**
   * Id of the space that the context lives in. It reaches the stacks of that space and of the spaces that inherit it.
   * @default - the space of the credentials that Terraform uses
   */
  readonly spaceId?: string;

  /**
   * Description of the context.
   * @default - none
   */
  readonly description?: string;

  /**
   * Phases of a run that are on the tailnet: any of init, plan, apply, perform, destroy. Choose init as well when
   * modules, providers or the state backend live on the tailnet.
   * @default ["plan", "apply", "perform", "destroy"]
   */
  readonly phases?: string[];

  /**
   * The label that a stack carries to get the context.
   * @default - made of the name: lower case, with a dash for every run of other characters
   */
  readonly autoattach?: string;

  /**
   * Attach the context to every stack and module it can reach, whatever their labels.
   * @default false
   */
  readonly autoattachAll?: boolean;

  /**
   * More variables for the run, which everybody who may see the context can read. A change replaces the variable.
   * @default - none
   */
  readonly environment?: { readonly [name: string]: string };

  /**
   * Where the tunnel's HTTP proxy listens, as `host:port`.
   * @default "localhost:8080"
   */
  readonly httpProxy?: string;

  /**
   * Where the tunnel's SOCKS5 proxy listens, as `host:port`.
   * @default "localhost:1080"
   */
  readonly socks5Server?: string;

  /**
   * Hosts, domains or networks that stay out of the tunnel, besides loopback, cloud metadata services and Spacelift.
   * @default - none
   */
  readonly noProxy?: string[];

  /**
   * Take the tunnel down by an EXIT trap of the phase's shell. Switch it off for stacks whose own hooks set such a trap:
   * then the last hook after a phase takes it down, and after a failed phase the tunnel's supervisor.
   * @default true
   */
  readonly exitTrap?: boolean;

  /**
   * The runner image that stacks are to use. Spacelift keeps the image on the stack, so this is only handed on.
   * @default - none
   */
  readonly runnerImage?: string;

  /**
   * More labels of the context, to find it by.
   * @default - none
   */
  readonly labels?: string[];
}

/**
 * A Spacelift context that puts the runs of every stack it is attached to on a tailnet, phase by phase.
 *
 * The secret of `auth` becomes a secret variable of the context. It rests in the Terraform state and in Spacelift, and
 * code of a run can read it.
 */
export class TailnetContext extends Construct {
  /** The underlying `spacelift_context`. */
  public readonly resource: Context;

  /** Id of the context, as a token. */
  public readonly contextId: string;

  /** The label that a stack must carry to get the context; undefined when every stack gets it. */
  public readonly stackLabel: string | undefined;

  /** The phases that are on the tailnet, in the order in which a run meets them. */
  public readonly phases: string[];

  /** The runner image that stacks are to use, as it was given. */
  public readonly runnerImage: string | undefined;

  readonly #variables = new Map<string, EnvironmentVariable>();

  constructor(scope: Construct, id: string, props: TailnetContextProps) {
    super(scope, id);
    refuse(this, contextProblems(props));
    const phases = props.phases ?? DEFAULT_PHASES;
    this.phases = PHASES.filter((phase) => phases.includes(phase));
    this.stackLabel = props.autoattachAll === true ? undefined : (props.autoattach ?? labelFromName(props.name));
    this.runnerImage = props.runnerImage;
    this.resource = this.createContext(props);
    // Every read of an attribute makes a token and takes a stack trace, which is most of the cost of a context.
    this.contextId = this.resource.id;
    for (const variable of variablesOf(props)) this.createVariable(variable);
  }

  /**
   * The `spacelift_environment_variable` for one of the context's variables.
   *
   * @param name such as `TS_OAUTH_CLIENT_SECRET`
   * @throws ValidationError if the context has no such variable
   */
  public variable(name: string): EnvironmentVariable {
    const variable = this.#variables.get(name);
    if (variable !== undefined) return variable;
    const names = [...this.#variables.keys()].join(", ");
    throw new ValidationError(this, `variable must be one of ${names}, but ${JSON.stringify(name)} was given`);
  }

  private createContext(props: TailnetContextProps): Context {
    const hooks = hookLists({
      phases: this.phases,
      httpProxy: props.httpProxy ?? DEFAULT_HTTP_PROXY,
      exitTrap: props.exitTrap ?? true,
    });
    const attach = this.stackLabel === undefined ? AUTOATTACH_ALL : autoattachLabel(this.stackLabel);
    return new Context(
      this,
      "Resource",
      literally({
        name: props.name,
        description: props.description,
        spaceId: props.spaceId,
        labels: [attach, ...(props.labels ?? [])],
        beforeInit: hooks.before_init,
        afterInit: hooks.after_init,
        beforePlan: hooks.before_plan,
        afterPlan: hooks.after_plan,
        beforeApply: hooks.before_apply,
        afterApply: hooks.after_apply,
        beforePerform: hooks.before_perform,
        afterPerform: hooks.after_perform,
        beforeDestroy: hooks.before_destroy,
        afterDestroy: hooks.after_destroy,
      }),
    );
  }

  private createVariable({ name, value, secret }: ContextVariable): void {
    // No description: like every input of this resource, changing it would replace the variable.
    const attributes = literally({ contextId: this.contextId, name, value, writeOnly: secret });
    this.#variables.set(name, new EnvironmentVariable(this, name, attributes));
  }
}

function variablesOf(props: TailnetContextProps): ContextVariable[] {
  return [...authVariables(props.auth), ...proxyVariables(props), ...readableVariables(props.environment ?? {})];
}
