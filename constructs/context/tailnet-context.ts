// SPDX-License-Identifier: Apache-2.0
import { Construct } from "constructs";
import {
  AUTOATTACH_ALL,
  autoattachLabel,
  DEFAULT_PHASES,
  labelFromName,
  type OwnHook,
  outermostName,
  PHASES,
  runnerImageIn,
} from "../../contract/index.js";
import { authVariables } from "../auth/tailnet-auth.js";
import { Context, ContextAttachment, EnvironmentVariable, MountedFile } from "../bindings/index.js";
import { given, literally } from "../support/literal.js";
import { metaArguments } from "../support/meta-arguments.js";
import { refuse, ValidationError } from "../support/validation-error.js";
import { attachmentProblems, type TailnetAttachmentOptions } from "./context-attachment.js";
import {
  HOOK_ATTRIBUTES,
  type HookList,
  hookAttributes,
  hookProblems,
  type TailnetHookPlacement,
} from "./context-hooks.js";
import { type ContextVariable, ownVariables } from "./context-variables.js";
import { contextProblems } from "./tailnet-context-problems.js";
import type { TailnetContextProps } from "./tailnet-context-props.js";
import { encoded, fileId, type TailnetFile } from "./tailnet-file.js";
import { tunnelVariables } from "./tunnel-variables.js";

/**
 * A Spacelift context that puts the runs of every stack it is attached to on a tailnet, phase by phase.
 *
 * A secret of `auth` becomes a secret variable of the context. It rests in Spacelift, in the Terraform state unless
 * `writeOnlyVersion` is given, and code of a run can read it. Federated identities have no secret.
 */
export class TailnetContext extends Construct {
  /**
   * The underlying `spacelift_context`.
   *
   * Other resources refer to it already, so `overrideLogicalId` comes too late: to keep one that is in the state under
   * another name, use `resource.moveFromId`.
   */
  public readonly resource: Context;

  /** Id of the context, as a token. */
  public readonly contextId: string;

  /** The label that a stack must carry to get the context; undefined when every stack gets it. */
  public readonly stackLabel: string | undefined;

  /** The phases that are on the tailnet, in the order in which a run meets them. */
  public readonly phases: string[];

  /** The runner image that stacks are to use, as far as the program said. */
  public readonly runnerImage: string | undefined;

  readonly #props: TailnetContextProps;
  readonly #variables = new Map<string, EnvironmentVariable>();
  readonly #files = new Map<string, MountedFile>();
  readonly #hooks: OwnHook[] = [];

  constructor(scope: Construct, id: string, props: TailnetContextProps) {
    super(scope, id);
    refuse(this, contextProblems(this, props));
    const phases = props.phases ?? DEFAULT_PHASES;
    this.#props = props;
    this.phases = PHASES.filter((phase) => phases.includes(phase));
    this.stackLabel = props.autoattachAll === true ? undefined : (props.autoattach ?? labelFromName(props.name));
    const { runnerImage, runnerRegistry } = props;
    this.runnerImage = runnerRegistry === undefined ? runnerImage : runnerImageIn(runnerRegistry);
    this.resource = this.createContext();
    // Every read of an attribute makes a token and takes a stack trace, which is most of the cost of a context.
    this.contextId = this.resource.id;
    for (const variable of variablesOf(props)) this.createVariable(variable);
    for (const file of props.files ?? []) this.createFile(file);
  }

  /**
   * The `spacelift_environment_variable` for one of the context's variables.
   *
   * @param name such as `TS_OAUTH_CLIENT_SECRET`
   * @throws ValidationError if the context has no such variable
   */
  public variable(name: string): EnvironmentVariable {
    return this.find(this.#variables, "variable", name);
  }

  /**
   * The `spacelift_mounted_file` for one of the context's files.
   *
   * @param path as it was given
   * @throws ValidationError if the context has no such file
   */
  public file(path: string): MountedFile {
    return this.find(this.#files, "file", path);
  }

  /**
   * Adds a hook before a phase: inside the tunnel, so after the hooks that take it up, unless it is placed outside. Hooks
   * keep their order. In a phase that is not on the tailnet there is no tunnel to be in. The hook list is written anew:
   * what the program itself put into that list of `resource` before is gone.
   *
   * @param phase any of init, plan, apply, perform, destroy
   * @param command one shell command that leaves the phase's shell alive
   * @throws ValidationError if the command would break the phase
   */
  public addBefore(phase: string, command: string, placement: TailnetHookPlacement = {}): void {
    this.addHook({ phase, command, before: true, outside: placement.outsideTunnel ?? false });
  }

  /**
   * Adds a hook after a phase that passed: inside the tunnel, so before the hooks that take it down, unless it is placed
   * outside. Hooks keep their order. The hook list is written anew: what the program itself put into that list of
   * `resource` before is gone.
   *
   * @param phase any of init, plan, apply, perform, destroy; or run, for the end of every run, which has no tunnel
   * @param command one shell command that leaves the phase's shell alive
   * @throws ValidationError if the command would break the phase
   */
  public addAfter(phase: string, command: string, placement: TailnetHookPlacement = {}): void {
    this.addHook({ phase, command, before: false, outside: placement.outsideTunnel ?? false });
  }

  /**
   * Attaches the context to a stack, whatever its labels.
   *
   * @throws ValidationError if the stack's id is a token and `options.id` is not given
   */
  public attachTo(stackId: string, options: TailnetAttachmentOptions = {}): ContextAttachment {
    refuse(this, attachmentProblems("stackId", stackId, options, this.#props.spaceId));
    return this.createAttachment(`stack:${options.id ?? stackId}`, { stackId }, options);
  }

  /**
   * Attaches the context to a module, whatever its labels, for its test runs.
   *
   * @throws ValidationError if the module's id is a token and `options.id` is not given
   */
  public attachToModule(moduleId: string, options: TailnetAttachmentOptions = {}): ContextAttachment {
    refuse(this, attachmentProblems("moduleId", moduleId, options, this.#props.spaceId));
    return this.createAttachment(`module:${options.id ?? moduleId}`, { moduleId }, options);
  }

  private find<T>(all: ReadonlyMap<string, T>, kind: string, name: string): T {
    const one = all.get(name);
    if (one !== undefined) return one;
    const names = [...all.keys()].join(", ");
    const rule = names === "" ? `${kind} cannot be had, because there is none` : `${kind} must be one of ${names}`;
    throw new ValidationError(this, `${rule}, but ${JSON.stringify(name)} was given`);
  }

  private createContext(): Context {
    const props = this.#props;
    const attach = this.stackLabel === undefined ? AUTOATTACH_ALL : autoattachLabel(this.stackLabel);
    return new Context(this, "Resource", {
      ...literally({
        name: props.outermost === true ? outermostName(props.name) : props.name,
        description: props.description,
        spaceId: props.spaceId,
        labels: [attach, ...(props.labels ?? [])],
      }),
      ...hookAttributes(this.phases, props, []),
      ...metaArguments(props),
    });
  }

  private addHook(hook: OwnHook): void {
    refuse(this, hookProblems(this, hook, this.#props.exitTrap ?? true));
    this.#hooks.push(hook);
    this.setHooks(`${hook.before ? "before" : "after"}_${hook.phase}` as HookList);
  }

  /** Writes a hook list anew; the others keep what the program may have done to them. */
  private setHooks(list: HookList): void {
    const commands = hookAttributes(this.phases, this.#props, this.#hooks)[HOOK_ATTRIBUTES[list]];
    if (commands !== undefined) this.resource[HOOK_ATTRIBUTES[list]] = commands;
  }

  private createVariable({ name, value, secret }: ContextVariable): void {
    const { provider, writeOnlyVersion } = this.#props;
    const isWriteOnly = secret && writeOnlyVersion !== undefined;
    // No description: like every input of this resource, changing it would replace the variable.
    const attributes = literally({
      contextId: this.contextId,
      name,
      ...(isWriteOnly ? { valueWo: value, valueWoVersion: writeOnlyVersion } : { value }),
      writeOnly: secret,
    });
    this.#variables.set(name, new EnvironmentVariable(this, name, { ...attributes, ...given({ provider }) }));
  }

  private createFile({ path, content, secret = true }: TailnetFile): void {
    const { provider, writeOnlyVersion } = this.#props;
    const isWriteOnly = secret && writeOnlyVersion !== undefined;
    const text = encoded(this, path, content);
    const attributes = literally({
      contextId: this.contextId,
      relativePath: path,
      ...(isWriteOnly ? { contentWo: text, contentWoVersion: writeOnlyVersion } : { content: text }),
      writeOnly: secret,
    });
    this.#files.set(path, new MountedFile(this, fileId(path), { ...attributes, ...given({ provider }) }));
  }

  private createAttachment(
    id: string,
    target: { readonly stackId: string } | { readonly moduleId: string },
    { priority }: TailnetAttachmentOptions,
  ): ContextAttachment {
    if (this.node.tryFindChild(id) !== undefined) {
      throw new ValidationError(this, `id must not be given twice, but ${JSON.stringify(id)} is there already`);
    }
    const { provider } = this.#props;
    return new ContextAttachment(this, id, {
      ...literally({ contextId: this.contextId, ...target }),
      ...given({ priority, provider }),
    });
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
