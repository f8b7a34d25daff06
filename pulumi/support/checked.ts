// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import { isPending } from "./inputs.js";
import { ValidationError } from "./validation-error.js";

/** Says what is wrong with arguments; null for each rule that is kept. Values that are not known yet keep every rule. */
export type Problems<T> = (args: T) => Iterable<string | null>;

/**
 * The arguments, checked: those that are plain at once, and every other one as soon as it is known, before anything can
 * be made of it. Each stays a value of its own, so that one which is secret, or not known in a preview, makes no other so.
 *
 * @param component class of the component, for messages
 * @param name the component's name
 * @throws ValidationError for what is plain; other values carry the error
 */
export function checked<T extends object>(component: string, name: string, args: T, problems: Problems<T>): T {
  refuse(component, name, problems(args));
  const visit = (value: unknown, replace: (value: unknown) => T): unknown => {
    if (isPending(value)) return checkedLater(value, replace);
    if (Array.isArray(value) && value.some(isPending)) return checkedLater(value, replace);
    if (Array.isArray(value)) {
      return value.map((one, at) =>
        visit(one, (known) => replace(value.map((other, i) => (i === at ? known : other)))),
      );
    }
    if (!isPlainObject(value)) return value;
    const members = Object.entries(value).map(([key, member]) => {
      return [key, visit(member, (known) => replace({ ...value, [key]: known }))];
    });
    return Object.fromEntries(members);
  };
  const checkedLater = (value: unknown, replace: (value: unknown) => T): pulumi.Output<unknown> => {
    const output: pulumi.Output<unknown> = pulumi.output(value as object);
    return output.apply(async (known) => {
      const isSecret = await pulumi.isSecret(output);
      const show = (problem: string) => (isSecret ? masked(problem, known) : problem);
      refuse(component, name, problems(replace(known)), show);
      return known;
    });
  };
  return visit(args, (known) => known as T) as T;
}

/**
 * Refuses arguments of which something is wrong.
 *
 * @param show makes the message of the problem
 * @throws ValidationError for the first problem
 */
export function refuse(
  component: string,
  name: string,
  problems: Iterable<string | null>,
  show = (problem: string) => problem,
): void {
  for (const problem of problems) {
    if (problem !== null) throw new ValidationError(component, name, show(problem));
  }
}

/** True for an object that is but its members, as resources and other instances are not. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** A message without the secret that it is about. */
function masked(problem: string, secret: unknown): string {
  const texts = [secret].flat().filter((one) => typeof one === "string" && one !== "");
  return texts.reduce<string>((text, one) => text.split(String(one)).join("[secret]"), problem);
}
