// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import { attachmentProblems, type ContextVariable, contextProblems, READABLE } from "../../contract/context/index.js";
import {
  AUTOATTACH_ALL,
  autoattachLabel,
  base64,
  DEFAULT_PHASES,
  labelFromName,
  outermostName,
  PHASES,
  runnerImageIn,
} from "../../contract/index.js";
import { authArgs, sealedAuth } from "../auth/tailnet-auth.js";
import { Context, type ContextArgs, ContextAttachment, EnvironmentVariable, MountedFile } from "../spacelift/index.js";
import { checked, refuse } from "../support/checked.js";
import { given, isPending, made, secret, told } from "../support/inputs.js";
import { plainProblem } from "../support/plain.js";
import { ValidationError } from "../support/validation-error.js";
import type { TailnetAttachment, TailnetAttachmentOptions } from "./context-attachments.js";
import { hookArguments, type TailnetHook } from "./context-hooks.js";
import { contextStructureProblems } from "./context-structure.js";
import { variablesOf } from "./context-variables.js";
import type { TailnetContextArgs } from "./tailnet-context-args.js";
import type { TailnetFile } from "./tailnet-file.js";

const CLASS = "TailnetContext";

/** What an output tells that has nothing to tell. */
const NONE = pulumi.output(undefined);

/** What a component made. Not a member of it: Pulumi takes every member for an output, and these cannot be one. */
interface Children {
  readonly name: string;
  readonly inputs: TailnetContextArgs;
  readonly context: Context;
  readonly variables: Map<string, EnvironmentVariable>;
  readonly files: Map<string, MountedFile>;
}

const children = new WeakMap<TailnetContext, Children>();

/**
 * A Spacelift context that puts the runs of every stack it is attached to on a tailnet, phase by phase.
 *
 * A secret of `auth` becomes a secret variable of the context. It rests in Spacelift and, encrypted, in Pulumi's state,
 * and code of a run can read it. Federated identities have no secret.
 */
export class TailnetContext extends pulumi.ComponentResource {
  /** Id of the context. */
  public readonly contextId: pulumi.Output<string>;

  /** The label that a stack must carry to get the context; undefined when every stack gets it. */
  public readonly stackLabel: pulumi.Output<string | undefined>;

  /** The phases that are on the tailnet, in the order in which a run meets them. */
  public readonly phases: pulumi.Output<string[]>;

  /** The runner image that stacks are to use, as far as the program said. */
  public readonly runnerImage: pulumi.Output<string | undefined>;

  constructor(name: string, args: TailnetContextArgs, opts?: pulumi.ComponentResourceOptions) {
    const inputs = contextInputs(name, args);
    super("spacetail:index:TailnetContext", name, inputs, opts);
    const label = stackLabel(inputs);
    const context = new Context(name, contextArgs(inputs, label), { parent: this });
    const phases = made(inputs.phases ?? DEFAULT_PHASES, inOrder);
    const image = runnerImage(inputs);
    this.phases = told(phases);
    this.stackLabel = told(label);
    this.runnerImage = image === undefined ? NONE : told(image);
    this.contextId = context.id;
    const all: Children = { name, inputs, context, variables: new Map(), files: new Map() };
    children.set(this, all);
    for (const variable of variablesOf(inputs)) all.variables.set(variable.name, this.createVariable(name, variable));
    for (const file of inputs.files ?? []) all.files.set(file.path, this.createFile(name, file));
    for (const attachment of inputs.attachments ?? []) this.createAttachment(name, attachment);
    this.registerOutputs({ contextId: this.contextId, stackLabel: label, phases, runnerImage: image });
  }

  /** The underlying `spacelift_context`. */
  public get resource(): Context {
    return this.made.context;
  }

  /**
   * The `spacelift_environment_variable` for one of the context's variables.
   *
   * @param name such as `TS_OAUTH_CLIENT_SECRET`
   * @throws ValidationError if the context has no such variable
   */
  public variable(name: string): EnvironmentVariable {
    return this.find(this.made.variables, "variable", name);
  }

  /**
   * The `spacelift_mounted_file` for one of the context's files.
   *
   * @param path as it was given
   * @throws ValidationError if the context has no such file
   */
  public file(path: string): MountedFile {
    return this.find(this.made.files, "file", path);
  }

  /**
   * Attaches the context to a stack, whatever its labels.
   *
   * @throws ValidationError if the stack's id is not plain and `options.id` is not given
   */
  public attachTo(stackId: pulumi.Input<string>, options: TailnetAttachmentOptions = {}): ContextAttachment {
    const { name, inputs } = this.made;
    return this.createAttachment(name, attachmentInputs(name, { ...options, stackId }, inputs.spaceId));
  }

  /**
   * Attaches the context to a module, whatever its labels, for its test runs.
   *
   * @throws ValidationError if the module's id is not plain and `options.id` is not given
   */
  public attachToModule(moduleId: pulumi.Input<string>, options: TailnetAttachmentOptions = {}): ContextAttachment {
    const { name, inputs } = this.made;
    return this.createAttachment(name, attachmentInputs(name, { ...options, moduleId }, inputs.spaceId));
  }

  private get made(): Children {
    const made = children.get(this);
    if (made === undefined) throw new Error("a TailnetContext that was not made by this program has no children");
    return made;
  }

  private find<T>(all: ReadonlyMap<string, T>, kind: string, name: string): T {
    const one = all.get(name);
    if (one !== undefined) return one;
    const names = [...all.keys()].join(", ");
    const rule = names === "" ? `${kind} cannot be had, because there is none` : `${kind} must be one of ${names}`;
    throw new ValidationError(CLASS, this.made.name, `${rule}, but ${JSON.stringify(name)} was given`);
  }

  private createVariable(name: string, variable: ContextVariable<pulumi.Input<string>>): EnvironmentVariable {
    const { name: variableName, value, secret: isSecret } = variable;
    const args = { contextId: this.contextId, name: variableName, value: secret(value), writeOnly: isSecret };
    return new EnvironmentVariable(`${name}-${variableName}`, args, { parent: this });
  }

  private createFile(name: string, { path, content, secret: isSecret = true }: TailnetFile): MountedFile {
    const encoded = made(content, base64);
    const args = { contextId: this.contextId, relativePath: path, content: encoded, writeOnly: isSecret };
    return new MountedFile(`${name}-file:${path}`, args, { parent: this });
  }

  private createAttachment(name: string, attachment: TailnetAttachment): ContextAttachment {
    const { stackId, moduleId, priority, id } = attachment;
    const kind = stackId === undefined ? "module" : "stack";
    const args = given({ contextId: this.contextId, stackId, moduleId, priority });
    return new ContextAttachment(`${name}-${kind}:${id ?? stackId ?? moduleId}`, args, { parent: this });
  }
}

/** The arguments, checked and with their secrets marked as such, as Pulumi keeps them in its state. */
function contextInputs(name: string, args: TailnetContextArgs): TailnetContextArgs {
  refuse(CLASS, name, contextStructureProblems(args));
  const flat = { ...given({ ...args }), auth: authArgs(args?.auth) } as TailnetContextArgs;
  const inputs = readableInputs(name, checked(CLASS, name, flat, contextProblems));
  return {
    ...inputs,
    auth: sealedAuth(inputs.auth),
    ...(inputs.secretEnvironment === undefined ? {} : { secretEnvironment: sealedMap(inputs.secretEnvironment) }),
    ...(inputs.files === undefined ? {} : { files: inputs.files.map(sealedFile) }),
    ...(inputs.attachments === undefined
      ? {}
      : { attachments: inputs.attachments.map((attachment) => attachmentInputs(name, attachment, inputs.spaceId)) }),
  };
}

function attachmentInputs(
  name: string,
  attachment: TailnetAttachment,
  contextSpace: pulumi.Input<string> | undefined,
): TailnetAttachment {
  return checked(CLASS, name, given({ ...attachment }), function* ({ stackId, moduleId, ...options }) {
    const one = (stackId === undefined) !== (moduleId === undefined);
    yield one ? null : "attachments must have exactly one of stackId, moduleId";
    yield plainProblem("id", options.id);
    const property = stackId === undefined ? "moduleId" : "stackId";
    yield* attachmentProblems(property, stackId ?? moduleId ?? "", options, contextSpace);
  });
}

/** The same arguments, none of which may turn out to be a secret where everybody who sees the context can read it. */
function readableInputs(name: string, inputs: TailnetContextArgs): TailnetContextArgs {
  const { environment, beforeHooks, afterHooks, files } = inputs;
  const texts = READABLE.map((property) => [property, notSecret(name, property, inputs[property])]);
  const hooks = (property: string, all: readonly TailnetHook[] = []) =>
    all.map((hook) => ({ ...hook, command: notSecret(name, `${property}.command`, hook.command) }));
  const file = (one: TailnetFile) =>
    one.secret === false ? { ...one, content: notSecret(name, `files.content of ${one.path}`, one.content) } : one;
  const variable = ([key, value]: [string, pulumi.Input<string>]) =>
    [key, notSecret(name, `environment.${key}`, value, ", so use secretEnvironment or auth")] as const;
  return given({
    ...inputs,
    ...Object.fromEntries(texts),
    environment: environment === undefined ? undefined : Object.fromEntries(Object.entries(environment).map(variable)),
    beforeHooks: beforeHooks === undefined ? undefined : hooks("beforeHooks", beforeHooks),
    afterHooks: afterHooks === undefined ? undefined : hooks("afterHooks", afterHooks),
    files: files?.map(file),
  }) as TailnetContextArgs;
}

/** The same value, which carries an error if it turns out to be a secret. */
function notSecret<T>(name: string, property: string, value: T, advice = ""): T {
  if (!isPending(value)) return value;
  const output: pulumi.Output<unknown> = pulumi.output(value as object);
  return output.apply(async (known) => {
    if (!(await pulumi.isSecret(output))) return known;
    const rule = "must not hold a sensitive value: everybody who sees the context can read it";
    throw new ValidationError(CLASS, name, `${property} ${rule}${advice}`);
  }) as T;
}

function sealedMap(secrets: NonNullable<TailnetContextArgs["secretEnvironment"]>) {
  return Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, secret(value)]));
}

function sealedFile(file: TailnetFile): TailnetFile {
  return file.secret === false ? file : { ...file, content: secret(file.content) };
}

/** The phases in the order in which a run meets them. */
function inOrder(phases: readonly string[]): string[] {
  return PHASES.filter((phase) => phases.includes(phase));
}

function stackLabel({ name, autoattach, autoattachAll }: TailnetContextArgs): pulumi.Input<string> | undefined {
  if (autoattachAll === true) return undefined;
  return autoattach ?? made(name, labelFromName);
}

function runnerImage({ runnerImage: image, runnerRegistry }: TailnetContextArgs): pulumi.Input<string> | undefined {
  return runnerRegistry === undefined ? image : made(runnerRegistry, runnerImageIn);
}

function contextArgs(args: TailnetContextArgs, label: pulumi.Input<string> | undefined): ContextArgs {
  const { name, description, spaceId, labels = [], outermost } = args;
  return given({
    name: outermost === true ? made(name, outermostName) : name,
    description,
    spaceId,
    labels: made({ label, labels }, (known) => {
      return [known.label === undefined ? AUTOATTACH_ALL : autoattachLabel(known.label), ...known.labels];
    }),
    ...hookArguments(args),
  });
}
