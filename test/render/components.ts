// SPDX-License-Identifier: Apache-2.0
// The context that options describe, made by Pulumi's components.
import * as pulumi from "@pulumi/pulumi";
import { Tailnet as Component, TailnetContext as ContextComponent } from "../../pulumi/index.js";
import { deploy } from "../pulumi/deploy.js";
import { pulumiName, schemaOf } from "../pulumi/schema-names.js";
import type { RenderOptions } from "./given.js";
import { propsOf } from "./programs.js";
import { REFERENCE, type Reading, readingOf } from "./readings.js";

const SECRET = "4dabf18193072939515e22adb298388d";

/** What Pulumi's components make of the options. */
export async function byComponents(options: RenderOptions): Promise<Reading> {
  // Plain text is warned about, and this is about something else.
  const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
  const { writeOnlyVersion: _, ...props } = propsOf(options) as Readonly<Record<string, unknown>>;
  let runnerImage: unknown;
  const registrations = await deploy(() => {
    const component =
      props.auth === undefined
        ? new Component("tailnet", props as never)
        : new ContextComponent("tailnet", { name: "tailnet", ...props } as never);
    component.runnerImage.apply((image) => {
      runnerImage = image;
    });
  });
  warn.mockRestore();
  const known = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(known);
    if (typeof value === "object" && value !== null && SECRET in value)
      return known((value as { value?: unknown }).value);
    return typeof value === "string" && /^(id-|tskey-client-.*oauth-client$)/.test(value) ? REFERENCE : value;
  };
  const types = ["context", "environment_variable", "mounted_file", "context_attachment"].map((kind) => {
    const type = `spacelift_${kind}`;
    const schema = Object.entries(schemaOf("spacelift", type));
    const suffix = `/${pulumiName(kind, { type: "string" })}:`;
    const resources = registrations.filter((one) => one.type.startsWith("spacelift:") && one.type.includes(suffix));
    const attributes = resources.map(({ name, inputs }) => [
      name,
      Object.fromEntries(schema.map(([attribute, one]) => [attribute, known(inputs[pulumiName(attribute, one)])])),
    ]);
    return [type, Object.fromEntries(attributes)];
  });
  return { ...readingOf(Object.fromEntries(types)), runnerImage };
}
