// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import { type Engine, type Problem, problem } from "../../contract/index.js";
import { isPlainObject } from "./defined.js";
import { isPending, OUTPUTS } from "./outputs.js";
import { ValidationError } from "./validation-error.js";

/** What is wrong with arguments. */
export type Problems<T> = (args: T, engine: Engine) => Problem[];

/**
 * The arguments, checked: those that are plain at once, and every other one as soon as it is known, before anything is
 * made from it. Each remains a value of its own, so that one which is secret, or unknown in a preview, makes no other
 * so.
 *
 * @param component class of the component, for messages
 * @param name the component's name
 * @throws ValidationError naming all problems of plain values; other values carry the error
 */
export function checked<T extends object>(component: string, name: string, args: T, problems: Problems<T>): T {
  check(component, name, problems(args, OUTPUTS));

  /** The value with checks in it, which replace it in the arguments when it is known. */
  const visit = (value: unknown, path: string, replace: (value: unknown) => T): unknown => {
    if (isPending(value) || (Array.isArray(value) && value.some(isPending))) return checkedLater(value, path, replace);
    if (Array.isArray(value)) {
      return value.map((one, at) =>
        visit(one, `${path}[${at}]`, (known) => replace(value.map((other, i) => (i === at ? known : other)))),
      );
    }
    if (!isPlainObject(value)) return value;
    const members = Object.entries(value).map(([key, member]) => {
      const inner = path === "" ? key : `${path}.${key}`;
      return [key, visit(member, inner, (known) => replace({ ...value, [key]: known }))];
    });
    return Object.fromEntries(members);
  };

  const checkedLater = (value: unknown, path: string, replace: (value: unknown) => T): pulumi.Output<unknown> => {
    const output: pulumi.Output<unknown> = pulumi.output(value as object);
    return output.apply(async (known) => {
      const isSecret = await pulumi.isSecret(output);
      const isPartOf = (property: string) => property === path || property.startsWith(`${path}[`);
      const engine = { ...OUTPUTS, isSensitive: (_: unknown, property: string) => isSecret && isPartOf(property) };
      const found = problems(replace(known), engine);
      check(component, name, isSecret ? found.map((one) => masked(one, known)) : found);
      return known;
    });
  };

  return visit(args, "", (known) => known as T) as T;
}

/**
 * Refuses arguments with which something is wrong.
 *
 * @throws ValidationError naming all problems
 */
export function check(component: string, name: string, problems: readonly Problem[]): void {
  // Arguments instead of a name would become part of every URN.
  if (typeof name !== "string" || name === "") {
    // Neither may they be shown, because they may have secrets in them.
    const shown = typeof name === "object" ? undefined : name;
    const mistake = problem("the first argument", "must be the name of the component", shown);
    throw new ValidationError(component, "", [mistake]);
  }
  if (problems.length > 0) throw new ValidationError(component, name, problems);
}

/**
 * A problem without the secret that it is about. What is short is in other words too, so only a quoted one is masked.
 */
function masked({ property, message }: Problem, secret: unknown): Problem {
  const texts = [secret].flat().filter((one) => typeof one === "string" && one !== "");
  const mask = (text: string, one: unknown) => {
    const quoted = text.split(JSON.stringify(one)).join('"[secret]"');
    return String(one).length < 6 ? quoted : quoted.split(String(one)).join("[secret]");
  };
  return { property, message: texts.reduce<string>(mask, message) };
}
