// SPDX-License-Identifier: Apache-2.0
import { FUNCTIONS } from "./functions.js";
import {
  type Expression,
  hasUnknown,
  type Operator,
  type Reference,
  type Template,
  UNKNOWN,
  type Value,
} from "./value.js";

/** Tells what a reference stands for. */
export type LookUp = (reference: Reference) => Value;

/** Names that a `for` has given to elements. */
type Elements = Readonly<Record<string, Value>>;

/** Every reference in an expression. */
export function referencesOf(expression: Expression): readonly Reference[] {
  switch (expression.kind) {
    case "reference":
      return [expression.reference];
    case "literal":
    case "element":
      return [];
    case "template":
      return referencesOfTemplate(expression.parts);
    case "call":
      return expression.args.flatMap(referencesOf);
    case "list":
      return expression.elements.flatMap(referencesOf);
    case "object":
      return expression.entries.flat().flatMap(referencesOf);
    case "for":
      return [expression.list, expression.result].flatMap(referencesOf);
    case "not":
      return referencesOf(expression.operand);
    case "operation":
      return expression.operands.flatMap(referencesOf);
    case "choice":
      return expression.branches.flatMap(referencesOf);
  }
}

/** Every reference in a template. */
export function referencesOfTemplate(template: Template): readonly Reference[] {
  return template.flatMap((part) => (typeof part === "string" ? [] : referencesOf(part)));
}

/**
 * Evaluates a template. One that is a single interpolation takes its value, with its type; in a longer one every value
 * must be a string, number or boolean. Whatever an unknown goes into is unknown.
 *
 * @throws when null or a collection stands inside a longer string, and like {@link evaluateExpression}.
 */
export function evaluateTemplate(template: Template, lookUp: LookUp, elements: Elements = {}): Value {
  const values = template.map((part) => {
    if (typeof part === "string") return part;
    const value = evaluateExpression(part, lookUp, elements);
    if (template.length > 1 && typeof value === "object") {
      const found = value === null ? "null" : "a collection";
      throw new Error(`${nameOf(part)} is ${found} and cannot stand inside a string`);
    }
    return value;
  });
  const [only] = values;
  if (values.length === 1 && only !== undefined) return only;
  return values.includes(UNKNOWN) ? UNKNOWN : values.map(String).join("");
}

/** @throws when types do not fit, or a function fails. */
export function evaluateExpression(expression: Expression, lookUp: LookUp, elements: Elements = {}): Value {
  const evaluate = (inner: Expression) => evaluateExpression(inner, lookUp, elements);
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "template":
      return evaluateTemplate(expression.parts, lookUp, elements);
    case "reference":
      return lookUp(expression.reference);
    case "element":
      return elements[expression.name] ?? null;
    case "call":
      return call(expression.name, expression.args, evaluate);
    case "list":
      return expression.elements.map(evaluate);
    case "object":
      return objectOf(expression.entries.map(([key, value]) => [evaluate(key), evaluate(value)]));
    case "for": {
      const list = evaluate(expression.list);
      if (list === UNKNOWN) return UNKNOWN;
      if (!Array.isArray(list)) throw new Error("for takes a list here");
      const { name, result } = expression;
      return list.map((element: Value) => evaluateExpression(result, lookUp, { ...elements, [name]: element }));
    }
    case "not":
      return ifKnown([evaluate(expression.operand)], ([operand]) => !boolean(operand as Value));
    case "operation":
      return operate(expression.operator, expression.operands, evaluate);
    case "choice": {
      const [condition, first, second] = expression.branches;
      const value = evaluate(condition);
      if (value === UNKNOWN) return UNKNOWN;
      const [taken, other] = boolean(value) ? [first, second] : [second, first];
      const result = evaluate(taken);
      requireOneType(
        result,
        unlessItFails(() => evaluate(other)),
      );
      return result;
    }
  }
}

function call(name: string, args: readonly Expression[], evaluate: (expression: Expression) => Value): Value {
  if (name === "can") {
    try {
      return args.map(evaluate).some(hasUnknown) ? UNKNOWN : true;
    } catch {
      return false;
    }
  }
  return ifKnown(args.map(evaluate), (values) => {
    try {
      return FUNCTIONS[name]?.(...values) ?? null;
    } catch (error) {
      throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
    }
  });
}

/** Neither side of `&&` and `||` keeps the other from being evaluated, as in Terraform before 1.12. */
function operate(
  operator: Operator,
  operands: readonly [Expression, Expression],
  evaluate: (expression: Expression) => Value,
): Value {
  return ifKnown(operands.map(evaluate), ([left = null, right = null]) => {
    switch (operator) {
      case "||":
        return [boolean(left), boolean(right)].includes(true);
      case "&&":
        return ![boolean(left), boolean(right)].includes(false);
      case "==":
        return isSame(left, right);
      case "!=":
        return !isSame(left, right);
    }
    const [a, b] = [number(left), number(right)];
    return { "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b }[operator];
  });
}

function ifKnown(values: readonly Value[], work: (values: readonly Value[]) => Value): Value {
  return values.some(hasUnknown) ? UNKNOWN : work(values);
}

function objectOf(entries: readonly (readonly [Value, Value])[]): Value {
  if (entries.some(([key]) => key === UNKNOWN)) return UNKNOWN;
  return Object.fromEntries(
    entries.map(([key, value]) => {
      if (typeof key !== "string" && typeof key !== "number") throw new Error("a key must be a string");
      return [String(key), value];
    }),
  );
}

/** Terraform makes strings of what differs, in ways that are not known here. */
/** The value, or an unknown one: what is wrong in a branch that is not taken does not matter to Terraform. */
function unlessItFails(work: () => Value): Value {
  try {
    return work();
  } catch {
    return UNKNOWN;
  }
}

function requireOneType(first: Value, second: Value): void {
  if ([first, second].some((value) => value === null || value === UNKNOWN)) return;
  if (typeof first !== typeof second) throw new Error("branches of different types are not known here");
}

function isSame(left: Value, right: Value): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function boolean(value: Value): boolean {
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  throw new Error("a condition must be true or false");
}

function number(value: Value): number {
  if (typeof value !== "number") throw new Error("only numbers can be compared");
  return value;
}

function nameOf(expression: Expression): string {
  if (expression.kind !== "reference") return "what is interpolated";
  return `${expression.reference.of}.${expression.reference.attribute}`;
}
