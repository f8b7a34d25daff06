// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform's references are written like that
import { TerraformStack, TerraformVariable, Testing } from "cdktf";
import { TailnetContext, type TailnetFile } from "../../constructs/index.js";
import { newStack, only, synthesize } from "./manifest.js";
import { plannedInputs, TERRAFORM } from "./terraform.js";

function contextWith(stack: TerraformStack, files: TailnetFile[]): TailnetContext {
  return new TailnetContext(stack, "tailnet", { name: "tailnet", auth: { authKey: "key" }, files });
}

test("a file goes into the context, in Base64 and secret", () => {
  const manifest = synthesize((stack) => contextWith(stack, [{ path: "a/boot.sh", content: 'echo "${HOME} é"\n' }]));
  const [id] = Object.keys(manifest.resource.spacelift_context ?? {});
  expect(only(manifest, "spacelift_mounted_file")).toEqual({
    context_id: `\${spacelift_context.${id}.id}`,
    relative_path: "a/boot.sh",
    content: Buffer.from('echo "${HOME} é"\n').toString("base64"),
    write_only: true,
  });
});

test("a file can be readable, and is within reach", () => {
  const context = contextWith(newStack(), [{ path: "motd", content: "hello", secret: false }]);
  expect(context.file("motd").writeOnlyInput).toBe(false);
  expect(() => context.file("other")).toThrow(
    `TailnetContext 'app/tailnet': file must be one of motd, but "other" was given`,
  );
});

const withTerraform = TERRAFORM === "" ? test.skip : test;
if (TERRAFORM === "") process.stderr.write("skipped: files: neither terraform nor tofu is on the PATH\n");

withTerraform("Terraform encodes what only it knows, with any text around it", () => {
  const contents = (t: string) => [t, `"\${x} %{y} ${t}" \\ é\n${t}$`, `$${t}`];
  const stack = new TerraformStack(Testing.app(), "app");
  const text = new TerraformVariable(stack, "text", { type: "string", default: "T" }).stringValue;
  contextWith(
    stack,
    contents(text).map((content, i) => ({ path: `f${i}`, content })),
  );
  const { resource, variable, locals } = JSON.parse(Testing.synth(stack));
  const files = Object.values<{ relative_path: string; content: string }>(resource.spacelift_mounted_file);
  const data = Object.fromEntries(files.map(({ relative_path, content }) => [relative_path, { input: content }]));
  const planned = plannedInputs({ variable, locals, resource: { terraform_data: data } });
  const decoded = contents("T").map((_, i) => Buffer.from(String(planned[`f${i}`]), "base64").toString());
  expect(decoded).toEqual(contents("T"));
});

test("files keep their logical ids when others come, go or change places", () => {
  const ids = (...paths: string[]) => {
    const manifest = synthesize((stack) =>
      contextWith(
        stack,
        paths.map((path) => ({ path, content: path })),
      ),
    );
    const files = Object.entries(manifest.resource.spacelift_mounted_file ?? {});
    return Object.fromEntries(files.map(([id, { relative_path }]) => [String(relative_path), id]));
  };
  expect(ids("c/d", "a-b", "a/b.sh")).toEqual(ids("a/b.sh", "c/d", "a-b"));
  expect(ids("c/d", "a-b", "a/b.sh")).toMatchObject(ids("a-b"));
});

test("the path of a file must be known", () => {
  const stack = newStack();
  const path = new TerraformVariable(stack, "path", { type: "string" }).stringValue;
  expect(() => contextWith(stack, [{ path, content: "x" }])).toThrow(
    "files[0].path must be known when the program runs, so it must not be a token",
  );
});

test("a file has at most 2 MiB", () => {
  const fileOf = (content: string) => contextWith(newStack(), [{ path: "a", content }]).file("a");
  expect(fileOf("é".repeat(1024 * 1024))).toBeDefined();
  expect(() => fileOf("é".repeat(1024 * 1024 + 1))).toThrow(
    new Error("TailnetContext 'app/tailnet': files[0].content must have at most 2 MiB"),
  );
});
