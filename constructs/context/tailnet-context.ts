// SPDX-License-Identifier: Apache-2.0
import { Construct, type IConstruct } from "constructs";
import {
  AUTOATTACH_ALL,
  attachmentProblems,
  autoattachLabel,
  type ContextVariable,
  contextProblems,
  contextVariables,
  DEFAULT_DESCRIPTION,
  DEFAULT_HTTP_PROXY,
  DEFAULT_PHASES,
  type Fetcher,
  fetcherOf,
  type HookPhase,
  hiddenProblem,
  hookProblems,
  labelFromName,
  type OwnHook,
  outermostName,
  PHASES,
  type Phase,
  type Problem,
  problem,
  runnerImageIn,
  withMembers,
} from "../../contract/index.js";
import { Context, ContextAttachment, EnvironmentVariable, MountedFile } from "../bindings/spacelift.js";
import { check, requireId } from "../support/check.js";
import { defined, joined, joinedSet, literal } from "../support/literal.js";
import { tokens } from "../support/tokens.js";
import { ContextNames } from "./context-names.js";
import { warnOfPlainSecrets, warnOfUnusedKey } from "./plain-secrets.js";
import type { TailnetAttachment, TailnetAttachmentOptions } from "./tailnet-attachment.js";
import type { TailnetContextProps } from "./tailnet-context-props.js";
import { encoded, fileId, type TailnetFile } from "./tailnet-file.js";
import { attributeOf, hookAttributes, ownHook, type TailnetHook, type TailnetHookPlacement } from "./tailnet-hook.js";

const CLASS = "TailnetContext";

const TEXTS = { joined, joinedSet, prefixed: (prefix: string, value: string | boolean) => `${prefix}${value}` };

/**
 * A Spacelift context that puts the runs of every stack it is attached to on a tailnet, phase by phase.
 *
 * A secret of `auth` becomes a secret variable of the context. It is stored in Spacelift, and in the Terraform state
 * unless `writeOnlyVersion` is given, and code of a run can read it. Federated identities have no secret.
 */
export class TailnetContext extends Construct {
  /**
   * The underlying `spacelift_context`.
   *
   * Other resources refer to it already, so `overrideLogicalId` comes too late: to keep one that is in the state under
   * another name, use `resource.moveFromId`.
   */
  public readonly resource: Context;

  /** ID of the context, as a token. */
  public readonly contextId: string;

  /**
   * The label that a stack must carry to get the context; undefined if every stack gets it, or if there is no label.
   */
  public readonly stackLabel: string | undefined;

  /** All labels, any of which gives a stack the context. */
  public readonly stackLabels: string[];

  /** The phases that are on the tailnet, in the order in which a run meets them. */
  public readonly phases: string[];

  /** The runner image that stacks should use, as far as the program says. */
  public readonly runnerImage: string | undefined;

  readonly #props: TailnetContextProps;
  readonly #fetcher: Fetcher | undefined;
  readonly #hooks: OwnHook[];
  readonly #attached: string[] = [];

  /** @throws ValidationError if an option is wrong */
  constructor(scope: Construct, id: string, props: TailnetContextProps) {
    super(scope, requireId(CLASS, scope, id));
    check(CLASS, this, contextProblems(props, tokens(this)));
    warnOfPlainSecrets(this, props);
    warnOfUnusedKey(this, props);
    const { phases = DEFAULT_PHASES, beforeHooks = [], afterHooks = [], runnerImage, runnerRegistry } = props;
    this.#props = props;
    this.#fetcher = fetcherOf(props);
    this.#hooks = [
      ...beforeHooks.map((hook) => ownHook(true, hook)),
      ...afterHooks.map((hook) => ownHook(false, hook)),
    ];
    this.phases = PHASES.filter((phase) => phases.includes(phase));
    this.stackLabels = stackLabels(props);
    this.stackLabel = this.stackLabels[0];
    this.runnerImage = runnerRegistry === undefined ? runnerImage : runnerImageIn(runnerRegistry);
    this.resource = this.createContext();
    this.contextId = this.resource.id;
    for (const variable of contextVariables(TEXTS, props)) this.createVariable(variable);
    for (const file of this.files()) this.createFile(file);
    for (const attachment of props.attachments ?? []) this.createAttachment(attachment);
    ContextNames.of(this).add(this, this.name(), props.provider);
  }

  /**
   * The `spacelift_environment_variable` for one of the context's variables.
   *
   * @param name such as `TS_OAUTH_CLIENT_SECRET`
   * @throws ValidationError if the context has no such variable
   */
  public variable(name: string): EnvironmentVariable {
    const names = contextVariables(TEXTS, this.#props).map((variable) => variable.name);
    return this.find("variable", names, name, name) as EnvironmentVariable;
  }

  /**
   * The `spacelift_mounted_file` for one of the context's files.
   *
   * @param path as it was given
   * @throws ValidationError if the context has no such file
   */
  public file(path: string): MountedFile {
    const paths = this.files().map((file) => file.path);
    return this.find("file", paths, path, fileId(path)) as MountedFile;
  }

  /**
   * Adds a hook before a phase: inside the tunnel, after the hooks that bring it up, unless it is placed outside. Hooks
   * keep their order. In a phase that is not on the tailnet there is no tunnel. This rewrites the hook list and
   * discards what the program itself put into that list of `resource` before.
   *
   * @param phase any of init, plan, apply, perform, destroy
   * @param command one shell command that does not end the phase's shell
   * @throws ValidationError if the command would break the phase
   */
  public addBeforeHook(phase: Phase, command: string, placement: TailnetHookPlacement = {}): void {
    this.addHook(true, withMembers(placement, { phase, command }));
  }

  /**
   * Adds a hook after a phase that passed: inside the tunnel, before the hooks that take it down, unless it is placed
   * outside. Hooks keep their order. This rewrites the hook list and discards what the program itself put into that
   * list of `resource` before.
   *
   * @param phase any of init, plan, apply, perform, destroy; or run, for the end of every run, which has no tunnel
   * @param command one shell command that does not end the phase's shell
   * @throws ValidationError if the command would break the phase
   */
  public addAfterHook(phase: HookPhase, command: string, placement: TailnetHookPlacement = {}): void {
    this.addHook(false, withMembers(placement, { phase, command }));
  }

  /**
   * Attaches the context to a stack, whatever its labels.
   *
   * @throws ValidationError if the stack is attached already, or its ID is a token and `options.id` is not given
   */
  public attachTo(stackId: string, options: TailnetAttachmentOptions = {}): ContextAttachment {
    return this.attach(withMembers(options, { stackId }));
  }

  /**
   * Attaches the context to a module, whatever its labels, for its test runs.
   *
   * @throws ValidationError if the module is attached already, or its ID is a token and `options.id` is not given
   */
  public attachToModule(moduleId: string, options: TailnetAttachmentOptions = {}): ContextAttachment {
    return this.attach(withMembers(options, { moduleId }));
  }

  private files(): TailnetFile[] {
    const { files = [] } = this.#props;
    return this.#fetcher === undefined ? [...files] : [this.#fetcher.file, ...files];
  }

  private name(): string {
    const { name, outermost } = this.#props;
    return outermost === true ? outermostName(name) : name;
  }

  private find(kind: string, names: readonly string[], name: string, id: string): IConstruct {
    const child = names.includes(name) ? this.node.tryFindChild(id) : undefined;
    if (child !== undefined) return child;
    const all = names.join(", ");
    const none = hiddenProblem(kind, `cannot be found: this context has no ${kind}s`);
    check(CLASS, this, [all === "" ? none : problem(kind, `must be one of ${all}`, name)]);
    return this;
  }

  private createContext(): Context {
    const { description = DEFAULT_DESCRIPTION, spaceId, autoattachAll, provider, dependsOn, lifecycle } = this.#props;
    const attach = autoattachAll === true ? [AUTOATTACH_ALL] : this.stackLabels.map(autoattachLabel);
    const labels = [...attach, ...(this.#props.labels ?? [])];
    const attributes = defined({
      ...this.hookAttributes(),
      name: literal(this.name()),
      description: literal(description),
      spaceId: literal(spaceId),
      labels: labels.length === 0 ? undefined : literal(labels),
      provider,
      dependsOn,
      lifecycle,
    });
    return new Context(this, "Resource", attributes);
  }

  private hookAttributes(): Record<string, string[]> {
    const { httpProxy = DEFAULT_HTTP_PROXY, exitTrap = true, proxyVariables = [] } = this.#props;
    const { capture, userspace } = this.#props;
    const fetchHooks = this.#fetcher?.hooks;
    const options = { phases: this.phases, httpProxy, exitTrap, proxyVariables, capture, userspace, fetchHooks };
    return hookAttributes(options, this.#hooks);
  }

  private addHook(before: boolean, hook: TailnetHook): void {
    check(CLASS, this, hookProblems(before, hook, this.#props.exitTrap, tokens(this)));
    this.#hooks.push(ownHook(before, hook));
    // The other lists keep what the program may have done to them.
    const attribute = attributeOf(`${before ? "before" : "after"}_${hook.phase}`);
    (this.resource as unknown as Record<string, unknown>)[attribute] = this.hookAttributes()[attribute];
  }

  private createVariable({ name, value, secret, origin }: ContextVariable<string>): void {
    const { provider, writeOnlyVersion } = this.#props;
    // The secret of a client that this program creates is in the state anyway, which is how a change is noticed.
    const isWriteOnly = secret && writeOnlyVersion !== undefined && origin !== "auth.oauthClient.clientSecret";
    // No description: like every input of this resource, changing it would replace the variable.
    const text = literal(value);
    const attributes = defined({
      contextId: this.contextId,
      name,
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
    const attributes = defined({
      contextId: this.contextId,
      relativePath: literal(path),
      content: isWriteOnly ? undefined : text,
      contentWo: isWriteOnly ? text : undefined,
      contentWoVersion: isWriteOnly ? literal(writeOnlyVersion) : undefined,
      writeOnly: secret,
      provider,
    });
    new MountedFile(this, fileId(path), attributes);
  }

  private attach(attachment: TailnetAttachment): ContextAttachment {
    const { spaceId } = this.#props;
    check(CLASS, this, attachmentProblems(attachment, spaceId, tokens(this)));
    check(CLASS, this, this.repetitions(attachment));
    return this.createAttachment(attachment);
  }

  /** Spacelift has one attachment of a context to a stack, however often a program makes it. */
  private repetitions(attachment: TailnetAttachment): Problem[] {
    const { stackId, moduleId } = attachment;
    const property = stackId === undefined ? "moduleId" : "stackId";
    if (this.#attached.includes(targetOf(attachment))) {
      return [problem(property, "must not be attached twice", stackId ?? moduleId)];
    }
    const isTaken = this.node.tryFindChild(attachmentId(attachment)) !== undefined;
    return isTaken ? [hiddenProblem("id", "must not be the name of another attachment")] : [];
  }

  private createAttachment(attachment: TailnetAttachment): ContextAttachment {
    const { stackId, moduleId, priority } = attachment;
    this.#attached.push(targetOf(attachment));
    const attributes = defined({
      contextId: this.contextId,
      stackId: literal(stackId),
      moduleId: literal(moduleId),
      priority,
      provider: this.#props.provider,
    });
    return new ContextAttachment(this, attachmentId(attachment), attributes);
  }
}

function stackLabels({ name, autoattach, autoattachLabels, autoattachAll }: TailnetContextProps): string[] {
  if (autoattachAll === true) return [];
  return autoattachLabels === undefined ? [autoattach ?? labelFromName(name)] : [...autoattachLabels];
}

function attachmentId({ stackId, moduleId, id }: TailnetAttachment): string {
  return `${stackId === undefined ? "module" : "stack"}:${id ?? stackId ?? moduleId}`;
}

function targetOf({ stackId, moduleId }: TailnetAttachment): string {
  return stackId === undefined ? `module:${moduleId}` : `stack:${stackId}`;
}
