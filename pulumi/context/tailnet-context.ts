// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import {
  AUTOATTACH_ALL,
  attachmentProblems,
  autoattachLabel,
  base64,
  type ContextVariable,
  contextProblems,
  contextVariables,
  DEFAULT_DESCRIPTION,
  DEFAULT_PHASES,
  fetcherOf,
  hiddenProblem,
  labelFromName,
  outermostName,
  PHASES,
  plainSecrets,
  problem,
  runnerImageIn,
  unusedKey,
  withMembers,
} from "../../contract/index.js";
import { authArgs, sealedAuth } from "../auth/tailnet-auth.js";
import { Context, type ContextArgs, ContextAttachment, EnvironmentVariable, MountedFile } from "../spacelift/index.js";
import { check, checked } from "../support/checked.js";
import { defined, definedArgs } from "../support/defined.js";
import { asOutput, isPending, joined, joinedSet, mapInput, OUTPUTS } from "../support/outputs.js";
import { asSecret } from "../support/secrets.js";
import { checkName } from "./context-names.js";
import { hookArguments } from "./hook-arguments.js";
import type { TailnetAttachment, TailnetAttachmentOptions } from "./tailnet-attachment.js";
import type { TailnetContextArgs } from "./tailnet-context-args.js";
import type { TailnetFile } from "./tailnet-file.js";

const CLASS = "TailnetContext";

const TEXTS = {
  joined,
  joinedSet,
  prefixed: (prefix: string, value: pulumi.Input<string> | pulumi.Input<boolean>): pulumi.Input<string> =>
    prefix === "" && typeof value === "string" ? value : mapInput(value, (known) => `${prefix}${known}`),
};

/** An output without a value. */
const NONE = pulumi.output(undefined);

/** What a component created. Not members of it: Pulumi takes every member for an output, which these cannot be. */
interface Children {
  readonly name: string;
  readonly inputs: TailnetContextArgs;
  readonly context: Context;
  readonly variables: Map<string, EnvironmentVariable>;
  readonly files: Map<string, MountedFile>;
  /** Stacks and modules, and names of attachments, that are taken. */
  readonly attached: Set<string>;
}

const children = new WeakMap<TailnetContext, Children>();

/**
 * A Spacelift context that puts the runs of every stack it is attached to on a tailnet, phase by phase.
 *
 * A secret of `auth` becomes a secret variable of the context. It is stored in Spacelift and, encrypted, in Pulumi's
 * state, and code of a run can read it. Federated identities have no secret.
 */
export class TailnetContext extends pulumi.ComponentResource {
  /** ID of the context. */
  public readonly contextId: pulumi.Output<string>;

  /**
   * The label that a stack must carry to get the context; undefined if every stack gets it, or if there is no label.
   */
  public readonly stackLabel: pulumi.Output<string | undefined>;

  /** All labels, any of which gives a stack the context. */
  public readonly stackLabels: pulumi.Output<string[]>;

  /** The phases that are on the tailnet, in the order in which a run meets them. */
  public readonly phases: pulumi.Output<string[]>;

  /** The runner image that stacks should use, as far as the program says. */
  public readonly runnerImage: pulumi.Output<string | undefined>;

  /** @throws ValidationError if an argument is wrong */
  constructor(name: string, args: TailnetContextArgs, opts?: pulumi.ComponentResourceOptions) {
    const inputs = contextInputs(name, args);
    super("spacetail:index:TailnetContext", name, inputs, opts);
    checkName(CLASS, name, this, contextName(inputs));
    warnOfSecrets(name, args);
    const labels = stackLabels(inputs);
    const label = mapInput(labels, (known) => known[0]);
    const context = new Context(name, contextArgs(inputs, labels), { parent: this });
    const phases = mapInput(inputs.phases ?? DEFAULT_PHASES, inOrder);
    const image = runnerImage(inputs);
    this.phases = asOutput(phases);
    this.stackLabel = asOutput(label);
    this.stackLabels = asOutput(labels);
    this.runnerImage = image === undefined ? NONE : asOutput(image);
    this.contextId = context.id;
    const all = { name, inputs, context, variables: new Map(), files: new Map(), attached: new Set<string>() };
    children.set(this, all);
    for (const variable of contextVariables(TEXTS, inputs)) {
      all.variables.set(variable.name, this.createVariable(name, variable));
    }
    const fetcher = fetcherOf(inputs);
    for (const file of [...(fetcher === undefined ? [] : [fetcher.file]), ...(inputs.files ?? [])])
      all.files.set(file.path, this.createFile(name, file));
    for (const attachment of inputs.attachments ?? []) this.createAttachment(attachment);
    this.registerOutputs({
      contextId: this.contextId,
      stackLabel: label,
      stackLabels: labels,
      phases,
      runnerImage: image,
    });
  }

  /** The underlying `spacelift_context`. */
  public get resource(): Context {
    return this.children.context;
  }

  /**
   * The `spacelift_environment_variable` for one of the context's variables.
   *
   * @param name such as `TS_OAUTH_CLIENT_SECRET`
   * @throws ValidationError if the context has no such variable
   */
  public variable(name: string): EnvironmentVariable {
    return this.find(this.children.variables, "variable", name);
  }

  /**
   * The `spacelift_mounted_file` for one of the context's files.
   *
   * @param path as it was given
   * @throws ValidationError if the context has no such file
   */
  public file(path: string): MountedFile {
    return this.find(this.children.files, "file", path);
  }

  /**
   * Attaches the context to a stack, whatever its labels.
   *
   * @throws ValidationError if the stack is attached already, or its ID is an output and `options.id` is not given
   */
  public attachTo(stackId: pulumi.Input<string>, options: TailnetAttachmentOptions = {}): ContextAttachment {
    return this.attach(withMembers(options, { stackId }));
  }

  /**
   * Attaches the context to a module, whatever its labels, for its test runs.
   *
   * @throws ValidationError if the module is attached already, or its ID is an output and `options.id` is not given
   */
  public attachToModule(moduleId: pulumi.Input<string>, options: TailnetAttachmentOptions = {}): ContextAttachment {
    return this.attach(withMembers(options, { moduleId }));
  }

  private get children(): Children {
    const known = children.get(this);
    if (known === undefined) throw new Error("a TailnetContext that this program did not create has no children");
    return known;
  }

  private find<T>(all: ReadonlyMap<string, T>, kind: string, name: string): T {
    const one = all.get(name);
    if (one !== undefined) return one;
    const names = [...all.keys()].join(", ");
    const none = hiddenProblem(kind, `cannot be found: this context has no ${kind}s`);
    check(CLASS, this.children.name, [names === "" ? none : problem(kind, `must be one of ${names}`, name)]);
    throw new Error(`${kind} ${name} was not found`);
  }

  private createVariable(name: string, variable: ContextVariable<pulumi.Input<string>>): EnvironmentVariable {
    const { name: variableName, value, secret: isSecret } = variable;
    const args = { contextId: this.contextId, name: variableName, value: asSecret(value), writeOnly: isSecret };
    return new EnvironmentVariable(`${name}-${variableName}`, args, { parent: this });
  }

  private createFile(name: string, { path, content, secret: isSecret = true }: TailnetFile): MountedFile {
    const encoded = mapInput(content, base64);
    const args = { contextId: this.contextId, relativePath: path, content: encoded, writeOnly: isSecret };
    return new MountedFile(`${name}-file:${path}`, args, { parent: this });
  }

  private attach(attachment: TailnetAttachment): ContextAttachment {
    const { name, inputs, attached } = this.children;
    const args = checked(CLASS, name, definedArgs(attachment), (given, engine) =>
      attachmentProblems(given, inputs.spaceId, engine),
    );
    const property = args.stackId === undefined ? "moduleId" : "stackId";
    if (!isPending(args.stackId ?? args.moduleId) && attached.has(targetOf(args))) {
      check(CLASS, name, [problem(property, "must not be attached twice", args.stackId ?? args.moduleId)]);
    }
    if (attached.has(nameOf(args)))
      check(CLASS, name, [hiddenProblem("id", "must not be the name of another attachment")]);
    return this.createAttachment(args);
  }

  private createAttachment(attachment: TailnetAttachment): ContextAttachment {
    const { stackId, moduleId, priority } = attachment;
    const { name, attached } = this.children;
    attached.add(nameOf(attachment));
    // Outputs are all different.
    if (!isPending(stackId ?? moduleId)) attached.add(targetOf(attachment));
    const args = defined({ contextId: this.contextId, stackId, moduleId, priority });
    return new ContextAttachment(`${name}-${nameOf(attachment)}`, args, { parent: this });
  }
}

/** The arguments, checked and with their secrets marked as such, as Pulumi keeps them in its state. */
function contextInputs(name: string, args: TailnetContextArgs): TailnetContextArgs {
  const plain = definedArgs(args, { auth: authArgs(args?.auth) });
  const inputs = checked(CLASS, name, plain, contextProblems);
  const { auth, secretEnvironment, files } = inputs;
  return {
    ...inputs,
    auth: sealedAuth(auth),
    ...(secretEnvironment === undefined ? {} : { secretEnvironment: sealedMap(secretEnvironment) }),
    ...(files === undefined ? {} : { files: files.map(sealedFile) }),
  };
}

function warnOfSecrets(name: string, args: TailnetContextArgs): void {
  for (const path of plainSecrets(args, OUTPUTS)) {
    const message =
      `${CLASS} '${name}': ${path} is plain text in the program. Use federated identities, which need no secret, or a ` +
      "secret of the configuration: new pulumi.Config().requireSecret(...).";
    // The log is not about the resource: if that cannot be registered, Pulumi cannot deliver the log, and exits.
    void pulumi.log.warn(message);
  }
  const unused = unusedKey({ auth: authArgs(args?.auth) });
  if (unused !== null) void pulumi.log.warn(`${CLASS} '${name}': ${unused}`);
}

function sealedMap(secrets: NonNullable<TailnetContextArgs["secretEnvironment"]>) {
  return Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, asSecret(value)]));
}

function sealedFile(file: TailnetFile): TailnetFile {
  return file.secret === false ? file : { ...file, content: asSecret(file.content) };
}

/** The phases in the order in which a run meets them. */
function inOrder(phases: readonly string[]): string[] {
  return PHASES.filter((phase) => phases.includes(phase));
}

function contextName({ name, outermost }: TailnetContextArgs): pulumi.Input<string> {
  return outermost === true ? mapInput(name, outermostName) : name;
}

function stackLabels(args: TailnetContextArgs): pulumi.Input<string[]> {
  const { name, autoattach, autoattachLabels, autoattachAll } = args;
  if (autoattachAll === true) return [];
  if (autoattachLabels !== undefined) return mapInput(autoattachLabels, (known) => [...known]);
  return autoattach === undefined
    ? mapInput(name, (known) => [labelFromName(known)])
    : mapInput(autoattach, (known) => [known]);
}

function runnerImage({ runnerImage: image, runnerRegistry }: TailnetContextArgs): pulumi.Input<string> | undefined {
  return runnerRegistry === undefined ? image : mapInput(runnerRegistry, runnerImageIn);
}

function contextArgs(args: TailnetContextArgs, attachLabels: pulumi.Input<string[]>): ContextArgs {
  const { description = DEFAULT_DESCRIPTION, spaceId, labels = [], autoattachAll } = args;
  const all = mapInput({ attachLabels, labels }, (known) => {
    const attach = autoattachAll === true ? [AUTOATTACH_ALL] : known.attachLabels.map(autoattachLabel);
    const list = [...attach, ...known.labels];
    return list.length === 0 ? undefined : list;
  });
  return defined({
    name: contextName(args),
    description,
    spaceId,
    labels: all as pulumi.Input<string[]> | undefined,
    ...hookArguments(args),
  });
}

function nameOf({ stackId, moduleId, id }: TailnetAttachment): string {
  return `${stackId === undefined ? "module" : "stack"}:${id ?? stackId ?? moduleId}`;
}

/** What an attachment is attached to, for comparison with others. */
function targetOf({ stackId, moduleId }: TailnetAttachment): string {
  return `to ${stackId === undefined ? "module" : "stack"} ${String(stackId ?? moduleId)}`;
}
