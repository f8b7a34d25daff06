// SPDX-License-Identifier: Apache-2.0
import { DefaultTokenResolver, StringConcat, TerraformStack, Token, Tokenization } from "cdktf";
import type { IConstruct } from "constructs";
import { holdsTailscaleSecret } from "../../contract/secrets.js";

/** References to what providers hand out as sensitive and people are likely to pass on here. */
const SENSITIVE =
  /\b(tailscale_oauth_client\.[\w-]+\.key|tailscale_tailnet_key\.[\w-]+\.key|random_password\.[\w-]+\.result)\b/;

/**
 * What is wrong with a text that everybody who may see the context can read, or null: it holds a secret of Tailscale, or a
 * reference to a value that Terraform treats as sensitive, as far as that can be told.
 */
export function readableProblem(scope: IConstruct, text: string): string | null {
  if (holdsTailscaleSecret(text))
    return "must not hold a secret of Tailscale: everybody who sees the context can read it";
  if (!Token.isUnresolved(text)) return null;
  return isSensitive(scope, expressionOf(scope, text))
    ? "must not hold a sensitive value: everybody who sees the context can read it"
    : null;
}

function isSensitive(scope: IConstruct, expression: string): boolean {
  if (SENSITIVE.test(expression)) return true;
  // A variable that stands directly in its stack is called there as it is in Terraform. Others are not looked for.
  const names = [...expression.matchAll(/\bvar\.([\w-]+)/g)].map(([, name]) => name ?? "");
  return names.some((name) => {
    const variable = TerraformStack.of(scope).node.tryFindChild(name);
    return variable !== undefined && "sensitive" in variable && variable.sensitive === true;
  });
}

/** The text that Terraform will see. */
function expressionOf(scope: IConstruct, text: string): string {
  const resolver = new DefaultTokenResolver(new StringConcat());
  return String(Tokenization.resolve(text, { scope, resolver, preparing: false }));
}
