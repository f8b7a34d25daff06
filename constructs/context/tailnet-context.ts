// SPDX-License-Identifier: Apache-2.0
import { Construct, type IConstruct } from "constructs";
import { outermostName } from "../../contract/context/context-name.js";
import { runnerImageIn } from "../../contract/context/runner-image.js";
import type { ContextVariable } from "../../contract/context/variables.js";
import type { OwnHook } from "../../contract/hooks/hooks.js";
import { DEFAULT_PHASES, PHASES } from "../../contract/hooks/phases.js";
import { AUTOATTACH_ALL, autoattachLabel, labelFromName } from "../../contract/wire/labels.js";
import { Context, ContextAttachment, EnvironmentVariable, MountedFile } from "../bindings/index.js";
import { given, literal, literally } from "../support/literal.js";
import { refuse, ValidationError } from "../support/validation-error.js";
import { attachmentProblems, type TailnetAttachmentOptions } from "./context-attachment.js";
import {
  HOOK_ATTRIBUTES,
  type HookList,
  hookAttributes,
  hookProblems,
  type TailnetHookPlacement,
} from "./context-hooks.js";
import { variablesOf } from "./context-variables.js";
import { contextProblem } from "./tailnet-context-problems.js";
import type { TailnetContextProps } from "./tailnet-context-props.js";
import { encoded, fileId, type TailnetFile } from "./tailnet-file.js";

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
  readonly #hooks: OwnHook[] = [];

  constructor(scope: Construct, id: string, props: TailnetContextProps) {
    super(scope, id);
    refuse(this, [contextProblem(this, props)]);
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
    const names = variablesOf(this.#props).map((variable) => variable.name);
    return this.find("variable", names, name, name) as EnvironmentVariable;
  }

  /**
   * The `spacelift_mounted_file` for one of the context's files.
   *
   * @param path as it was given
   * @throws ValidationError if the context has no such file
   */
  public file(path: string): MountedFile {
    const paths = (this.#props.files ?? []).map((file) => file.path);
    return this.find("file", paths, path, fileId(path)) as MountedFile;
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

  private find(kind: string, names: readonly string[], name: string, id: string): IConstruct {
    if (names.includes(name)) return this.node.findChild(id);
    const all = names.join(", ");
    const rule = all === "" ? `${kind} cannot be had, because there is none` : `${kind} must be one of ${all}`;
    throw new ValidationError(this, `${rule}, but ${JSON.stringify(name)} was given`);
  }

  private createContext(): Context {
    const props = this.#props;
    const attach = this.stackLabel === undefined ? AUTOATTACH_ALL : autoattachLabel(this.stackLabel);
    const { description, spaceId, labels = [], provider, dependsOn, lifecycle } = props;
    const attributes = given({
      name: literal(props.outermost === true ? outermostName(props.name) : props.name),
      description: literal(description),
      spaceId: literal(spaceId),
      labels: literal([attach, ...labels]),
      provider,
      dependsOn,
      lifecycle,
    });
    // A spread would take several times as long, and programs may have thousands of contexts.
    return new Context(this, "Resource", Object.assign(hookAttributes(this.phases, props, []), attributes));
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

  private createVariable({ name, value, secret }: ContextVariable<string>): void {
    const { auth, provider, writeOnlyVersion } = this.#props;
    // The secret of a client that this program makes is in the state all the same, and with it what a change is seen by.
    const isOurs = auth.oauthClient !== undefined && name === "TS_OAUTH_CLIENT_SECRET";
    const isWriteOnly = secret && writeOnlyVersion !== undefined && !isOurs;
    // No description: like every input of this resource, changing it would replace the variable.
    const text = literal(value);
    const attributes = given({
      contextId: this.contextId,
      name: literal(name),
      value: isWriteOnly ? undefined : text,
      valueWo: isWriteOnly ? text : undefined,
      valueWoVersion: isWriteOnly ? literal(writeOnlyVersion) : undefined,
      writeOnly: secret,
      provider,
    });
    new EnvironmentVariable(this, name, attributes);
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
    new MountedFile(this, fileId(path), { ...attributes, ...given({ provider }) });
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
