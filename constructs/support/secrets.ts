// SPDX-License-Identifier: Apache-2.0
import { DefaultTokenResolver, StringConcat, TerraformElement, TerraformStack, Token, Tokenization } from "cdktf";
import type { IConstruct } from "constructs";
import { brokenSecret } from "../../contract/context/rules.js";
import { holdsTailscaleSecret } from "../../contract/context/secrets.js";

/** References to what providers hand out as sensitive and people are likely to pass on here. */
const SENSITIVE =
  /\b(tailscale_oauth_client\.[\w-]+\.key|tailscale_tailnet_key\.[\w-]+\.key|random_password\.[\w-]+\.result)\b/;

/** What is wrong with texts that everybody who may see the context can read; tokens for whole lists among them. */
export function readableProblems(
  scope: IConstruct,
  values: { readonly [property: string]: string | readonly string[] | undefined },
): (string | null)[] {
  return Object.entries(values).flatMap(([property, value]) => {
    if (value === undefined) return [];
    const texts = typeof value === "string" || Token.isUnresolved(value) ? [value] : value;
    return texts.map((one) => brokenSecret(property, readableProblem(scope, one)));
  });
}

/**
 * What is wrong with a text that everybody who may see the context can read, or null: it holds a secret of Tailscale, or a
 * reference to a value that Terraform treats as sensitive, as far as that can be told.
 */
export function readableProblem(scope: IConstruct, text: string | readonly string[]): string | null {
  if (typeof text === "string" && holdsTailscaleSecret(text))
    return "must not hold a secret of Tailscale: everybody who sees the context can read it";
  if (!Token.isUnresolved(text)) return null;
  return isSensitive(scope, expressionOf(scope, text))
    ? "must not hold a sensitive value: everybody who sees the context can read it"
    : null;
}

function isSensitive(scope: IConstruct, expression: string, seen: readonly string[] = []): boolean {
  if (SENSITIVE.test(expression)) return true;
  const names = [...expression.matchAll(/\b(?:var|local)\.([\w-]+)/g)].map(([, name]) => name ?? "");
  return names.some((name) => {
    const element = seen.includes(name) ? undefined : elementNamed(scope, name);
    if (element === undefined) return false;
    if ("sensitive" in element) return element.sensitive === true;
    // The expression of a local value says but its name.
    const local: unknown = "expression" in element ? element.toTerraform().locals?.[name] : undefined;
    return local !== undefined && isSensitive(scope, expressionOf(scope, local), [...seen, name]);
  });
}

/** The variable or local value that Terraform knows by a name: most likely near the scope, so the search goes outwards. */
function elementNamed(scope: IConstruct, name: string): TerraformElement | undefined {
  const stack = TerraformStack.of(scope);
  const isIt = (one: IConstruct | undefined): one is TerraformElement =>
    TerraformElement.isTerraformElement(one) && one.friendlyUniqueId === name;
  const child = stack.node.tryFindChild(name);
  if (isIt(child)) return child;
  const { scopes } = scope.node;
  for (const one of scopes.slice(scopes.indexOf(stack), -1).reverse()) {
    const found = one.node.findAll().find(isIt);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The text that Terraform will see. */
function expressionOf(scope: IConstruct, value: unknown): string {
  const resolver = new DefaultTokenResolver(new StringConcat());
  const resolved = Tokenization.resolve(value, { scope, resolver, preparing: false });
  return typeof resolved === "string" ? resolved : (JSON.stringify(resolved) ?? "");
}
