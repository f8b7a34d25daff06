// SPDX-License-Identifier: Apache-2.0
import type { ContextVariable } from "../../contract/context/variables.js";
import { labelFromName } from "../../contract/wire/labels.js";
import { inputsOf } from "../context/inputs.js";
import type { ContextModel, FileModel } from "../context/model.js";
import { Input, type Text } from "../context/texts.js";
import { Quoted, type Yaml, type YamlMapping, yamlDocument } from "./yaml.js";

/** A question in the form from which stacks are created. */
interface Question {
  readonly id: string;
  readonly name: string;
  readonly type?: "secret";
  /** The answer that the form starts with. Questions without one must be answered. */
  readonly default?: string;
}

/**
 * A Spacelift blueprint whose stacks have the context: by its label, by its ID, or because all stacks have it. The
 * stack is asked for the runner image unless it is known, and has variables of its own where the context leaves them to
 * stacks. Source: Spacelift's documentation, "Blueprint", and the schema on that page.
 */
export function blueprint(model: ContextModel): string {
  return yamlDocument({ inputs: questions(model).map(input), stack: stack(model) });
}

function questions(model: ContextModel): Question[] {
  const { spaceId, runnerImage } = model;
  return [
    { id: "stack_name", name: "Name of the stack" },
    { id: "space", name: "ID of the stack's space", ...(spaceId === undefined ? {} : { default: spaceId }) },
    { id: "repository", name: "Name of the repository, without its owner" },
    { id: "branch", name: "Branch of the repository", default: "main" },
    ...(asksForContext(model) ? [{ id: "context_id", name: "ID of the context that puts runs on the tailnet" }] : []),
    ...(runnerImage === undefined ? [{ id: "runner_image", name: "Runner image that includes spacetail" }] : []),
    ...inputsOf(model).map(({ id, doc, secret }) => ({
      id,
      name: doc,
      ...(secret ? { type: "secret" as const } : {}),
    })),
  ];
}

function input({ id, name, type, default: answer }: Question): YamlMapping {
  return { id, name, type, default: answer, validations: answer === undefined ? { required: true } : undefined };
}

function stack(model: ContextModel): YamlMapping {
  const { runnerImage, variables, files } = model;
  const environment = {
    variables: someOf(variables.map(variable)),
    mounted_files: someOf(files.map(mountedFile)),
  };
  return {
    name: answerTo("stack_name"),
    space: answerTo("space"),
    labels: someOf(stackLabels(model).map(literal)),
    runner_image: runnerImage === undefined ? answerTo("runner_image") : literal(runnerImage),
    attachments: attachments(model),
    environment: Object.values(environment).every((one) => one === undefined) ? undefined : environment,
    vcs: { provider: "GITHUB", repository: answerTo("repository"), branch: answerTo("branch") },
    vendor: { terraform: { manage_state: true, workflow_tool: "OPEN_TOFU" } },
  };
}

/** One label is enough. */
function stackLabels({ name, isForAll, stackLabel, stackLabels: several, contextId }: ContextModel): string[] {
  if (isForAll || contextId !== undefined) return [];
  return several === undefined ? [stackLabel ?? labelFromName(name)] : several.slice(0, 1);
}

function asksForContext({ stackLabels: several, contextId }: ContextModel): boolean {
  return several?.length === 0 && contextId === undefined;
}

function attachments(model: ContextModel): YamlMapping | undefined {
  const { contextId } = model;
  if (contextId === undefined && !asksForContext(model)) return undefined;
  return { contexts: [{ id: contextId === undefined ? answerTo("context_id") : literal(contextId) }] };
}

function variable({ name, value, secret }: ContextVariable<Text>): YamlMapping {
  return { name, value: value instanceof Input ? answerTo(value.id) : literal(String(value)), secret };
}

function mountedFile({ path, content, secret }: FileModel): YamlMapping {
  return { path: literal(path), content: literal(String(content)), secret };
}

/**
 * What was typed into the form, in single quotes with its own ones doubled, because Spacelift evaluates expressions
 * before it reads the blueprint as YAML. The escapes are those of CEL, so that the blueprint is YAML before that, too.
 */
function answerTo(id: string): Quoted {
  return new Quoted(`\${{ inputs.${id}.replace("\\x27", "\\x27\\x27") }}`);
}

/**
 * A text in which Spacelift finds no expression. There is no escape for `${{`, and dollar signs in front of letters
 * that are not ASCII get lost, so that dollar signs become expressions themselves where they could do harm. Source:
 * scanner.go of spacelift-io/celplate.
 */
function literal(text: string): string {
  return /\$\{\{|\$\{?[^\0-\x7f]/.test(text) ? text.replaceAll("$", DOLLAR) : text;
}

/**
 * An expression for a dollar sign. A function, because `replaceAll` has a meaning of its own for dollar signs in texts.
 */
const DOLLAR = () => `\${{ '$' }}`;

function someOf(list: readonly Yaml[]): readonly Yaml[] | undefined {
  return list.length === 0 ? undefined : list;
}
