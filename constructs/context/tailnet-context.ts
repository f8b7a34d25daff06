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
} from "../../contract/index.js";
import { authVariables } from "../auth/tailnet-auth.js";
import { Context, EnvironmentVariable } from "../bindings/index.js";
import { literally } from "../support/literal.js";
import { refuse, ValidationError } from "../support/validation-error.js";
import { type ContextVariable, ownVariables } from "./context-variables.js";
import { contextProblems } from "./tailnet-context-problems.js";
import type { TailnetContextProps } from "./tailnet-context-props.js";
import { tunnelVariables } from "./tunnel-variables.js";

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
  return [
    ...authVariables(props.auth),
    ...tunnelVariables(props),
    ...ownVariables(props.environment ?? {}, false),
    ...ownVariables(props.secretEnvironment ?? {}, true),
  ];
}
