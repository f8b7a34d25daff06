// SPDX-License-Identifier: Apache-2.0
import { TerraformStack } from "cdktf";
import { Construct, type IConstruct } from "constructs";
import { hiddenProblem, type Problem } from "../../contract/index.js";
import { ValidationError } from "./validation-error.js";

/** What to import with each engine. */
const ENTRY_POINTS: ReadonlyMap<string, string> = new Map(
  Object.entries({ cdktf: "spacetail", cdktn: "spacetail/cdktn" }),
);

/** The engine that these constructs work with. */
const ENGINE = engineOf(TerraformStack);

/**
 * Refuses options with which something is wrong.
 *
 * @throws ValidationError naming all problems
 */
export function check(className: string, construct: IConstruct, problems: readonly Problem[]): void {
  const all = [...engineProblems(construct), ...problems];
  if (all.length > 0) throw new ValidationError(className, construct, all);
}

/**
 * The ID of a construct, which is easily forgotten: without it the engines fail with an error of their own.
 *
 * @throws ValidationError if it is not a text
 */
export function requireId(className: string, scope: IConstruct, id: string): string {
  if (typeof id === "string" || !Construct.isConstruct(scope)) return id;
  throw new ValidationError(className, scope, [
    hiddenProblem("the second argument", "must be the ID of the construct"),
  ]);
}

/** Constructs of one engine do not work in an app of another, whose own errors do not name the cause. */
function engineProblems(construct: IConstruct): Problem[] {
  const stack = construct.node.scopes.find((one) => TerraformStack.isStack(one));
  const engine = stack === undefined ? undefined : engineOf(stack.constructor);
  const entryPoint = engine === undefined || engine === ENGINE ? undefined : ENTRY_POINTS.get(engine);
  if (entryPoint === undefined) return [];
  const message = `is for ${ENGINE}, but the app is made with ${engine}: import it from "${entryPoint}"`;
  return [hiddenProblem("this construct", message)];
}

/** The engine that a class, or a class that it extends, comes from: jsii names it in every class. */
function engineOf(stackClass: unknown): string | undefined {
  const key = Symbol.for("jsii.rtti");
  for (let one = stackClass; typeof one === "function"; one = Object.getPrototypeOf(one)) {
    const { fqn } = (one as { [key]?: { fqn?: string } })[key] ?? {};
    const engine = fqn?.split(".")[0];
    if (engine !== undefined && ENTRY_POINTS.has(engine)) return engine;
  }
  return undefined;
}
