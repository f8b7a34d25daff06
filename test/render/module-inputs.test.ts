// SPDX-License-Identifier: Apache-2.0
// What Terraform says of the variables of rendered modules.
import { stripVTControlCharacters } from "node:util";
import { inputsOf, plannedModule, TERRAFORM } from "../constructs/terraform.js";
import { rendered } from "./command.js";
import { withoutProviders } from "./without-providers.js";

const withTerraform = TERRAFORM === "" ? describe.skip : describe;
if (TERRAFORM === "") {
  process.stderr.write("skipped: variables of modules by Terraform: neither terraform nor tofu is on the PATH\n");
}

/** Plans calls of one module. @throws with all that Terraform says, in one line */
function planned(options: object, calls: Readonly<Record<string, object>>) {
  const module = Object.fromEntries(
    Object.entries(calls).map(([name, given]) => [name, { source: "./tailnet", ...given }]),
  );
  try {
    const root = plannedModule({
      "main.tf.json": JSON.stringify({ module }),
      "tailnet/main.tf": withoutProviders(rendered("hcl", options)),
    });
    return (name: string) => {
      const one = root.child_modules?.find(({ address }) => address === `module.${name}`) ?? {};
      return inputsOf(one)["spacelift_context-tailnet"] as { readonly name: string; readonly labels: string[] };
    };
  } catch (error) {
    throw new Error(stripVTControlCharacters(String((error as Error).message)).replace(/[\s│╷╵]+/g, " "));
  }
}

const SECRETS = { auth: { oauthSecret: true }, secretEnvironment: ["TOKEN"], files: [{ path: "key.pem" }] };
const GOOD = { oauth_client_secret: "tskey-client-a-b", secret_token: "a", file_key_pem: "a\nb" };
const PLAIN = "without * and the autoattach: prefix";

/** What is said where variables are declared. */
const WRONG: readonly (readonly [object, string])[] = [
  [{ name: " " }, "name must not be empty."],
  [{ stack_label: "autoattach:a" }, `stack_label must be a plain label, ${PLAIN}.`],
  [{ stack_label: "" }, `stack_label must be a plain label, ${PLAIN}.`],
  [{ stack_label: " a" }, `stack_label must be a plain label, ${PLAIN}.`],
  [{ labels: ["a", "autoattach:*"] }, `labels must be plain labels, ${PLAIN}.`],
  [{ labels: [""] }, `labels must be plain labels, ${PLAIN}.`],
  [{ space_id: "" }, "space_id must not be empty."],
];

/** What resources say, once the variables are good. */
const WRONG_TOGETHER: typeof WRONG = [
  [
    { name: "日本" },
    "name must contain a letter or digit, because the stack label is derived from it unless stack_label is given.",
  ],
  [{ oauth_client_secret: "" }, "oauth_client_secret must not be empty, and must be one line."],
  [
    { oauth_client_secret: "tskey-auth-a" },
    "oauth_client_secret must be the secret of an OAuth client, not an auth key.",
  ],
  [{ secret_token: "a\nb" }, "secret_token must not be empty, and must be one line."],
  [{ file_key_pem: "" }, "file_key_pem must not be empty."],
];

withTerraform("Terraform", () => {
  test.each([
    ["variables", WRONG],
    ["resources", WRONG_TOGETHER],
  ])("refuses in its %s what the contract refuses, and says so", (_, wrong) => {
    const calls = Object.fromEntries(wrong.map(([given], i) => [`t${i}`, { ...GOOD, name: `t${i}`, ...given }]));
    let said = "";
    try {
      planned(SECRETS, calls);
    } catch (error) {
      said = (error as Error).message;
    }
    const count = (problem: string) => wrong.filter(([, one]) => one === problem).length;
    const reported = (problem: string) => said.split(problem).length - 1;
    expect(wrong.map(([, problem]) => [problem, reported(problem)])).toEqual(
      wrong.map(([, problem]) => [problem, count(problem)]),
    );
  });

  test("makes the label of the name of each call, unless one is given", () => {
    const context = planned(
      {},
      {
        a: {},
        b: { name: "Tailnet (prod)" },
        c: { name: "other", stack_label: "tail net" },
        d: { name: "日本", stack_label: "japan" },
      },
    );
    expect(context("a")).toMatchObject({ name: "tailnet", labels: ["autoattach:tailnet"] });
    expect(context("b")).toMatchObject({ name: "Tailnet (prod)", labels: ["autoattach:tailnet-prod"] });
    expect(context("c")).toMatchObject({ name: "other", labels: ["autoattach:tail net"] });
    expect(context("d")).toMatchObject({ name: "日本", labels: ["autoattach:japan"] });
  });

  test("keeps an outermost context outermost under another name", () => {
    const context = planned({ outermost: true }, { a: { name: "other" } });
    expect(context("a")).toMatchObject({ name: "zzzzz-other", labels: ["autoattach:other"] });
  });
});
