// SPDX-License-Identifier: Apache-2.0
import { DefaultTokenResolver, StringConcat, TerraformElement, TerraformStack, Tokenization } from "cdktf";
import type { IConstruct } from "constructs";

/** References to what providers mark as sensitive and people are likely to pass on. */
const SENSITIVE =
  /\b(tailscale_oauth_client\.[\w-]+\.key|tailscale_tailnet_key\.[\w-]+\.key|random_password\.[\w-]+\.result)\b/;

/** True if Terraform will treat the value of a token as sensitive, as far as that can be known. */
export function isSensitive(scope: IConstruct, token: unknown): boolean {
  return mentionsSensitive(scope, expressionOf(scope, token), []);
}

function mentionsSensitive(scope: IConstruct, expression: string, seen: readonly string[]): boolean {
  if (SENSITIVE.test(expression)) return true;
  const names = [...expression.matchAll(/\b(?:var|local)\.([\w-]+)/g)].map(([, name]) => name ?? "");
  return names.some((name) => {
    const element = seen.includes(name) ? undefined : elementNamed(scope, name);
    if (element === undefined) return false;
    if ("sensitive" in element) return element.sensitive === true;
    // The expression of a local value says only its name.
    const local: unknown = "expression" in element ? element.toTerraform().locals?.[name] : undefined;
    return local !== undefined && mentionsSensitive(scope, expressionOf(scope, local), [...seen, name]);
  });
}

/**
 * The variable or local value that Terraform knows by a name: most likely near the scope, so the search goes
 * outwards.
 */
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
