// SPDX-License-Identifier: Apache-2.0
// Whatever users write comes out of every output as they wrote it.
import fc from "fast-check";
import { shellQuote } from "../../contract/index.js";
import { line, text } from "../property.js";
import { rendered } from "./command.js";
import type { RenderOptions } from "./given.js";
import { INPUTS, SECRETS } from "./inputs.js";
import { readConfigYml, readManifest, readModule } from "./readings.js";

/** HCL takes every text in Unicode's normal form C, so that is all that can be asked of it. */
const normal = (texts: fc.Arbitrary<string>) => texts.map((one) => one.normalize("NFC"));

/** What rules leave of a text: something, and no control characters in labels. */
const label = line.map((one) => `a${one.replace(/[\p{Cc}*]/gu, "_")}z`);

const samples = fc.record({
  description: normal(text).map((one) => `a${one}`),
  labels: fc.array(normal(label), { maxLength: 3 }),
  values: fc.array(normal(line), { minLength: 1, maxLength: 5 }),
  content: normal(text).map((one) => `${one}.`),
  word: normal(line),
  image: normal(line).map((one) => `a${one}`),
});

test("texts of descriptions, labels, variables, files, hooks and images", async () => {
  for (const { description, labels, values, content, word, image } of fc.sample(samples, { numRuns: 60, seed: 11 })) {
    const environment = Object.fromEntries(values.map((value, i) => [`TEXT_${i}`, value]));
    const command = `echo ${shellQuote(word)}`;
    const everywhere: RenderOptions = {
      auth: { authKey: true },
      environment,
      phases: ["plan"],
      beforeHooks: [{ phase: "perform", command }],
    };
    const context: RenderOptions = { description, labels, files: [{ path: "a", content, secret: false }] };
    const variables = Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [name, { value, secret: false }]),
    );
    const common = { hooks: { before_perform: [command] }, variables };
    const files = { a: { content, secret: false } };

    const module = await readModule(rendered("hcl", { ...everywhere, ...context, runnerImage: image }), INPUTS);
    expect(module).toMatchObject({
      ...common,
      description,
      labels: ["autoattach:tailnet", ...labels],
      files,
      runnerImage: image,
    });
    const manifest = readManifest(rendered("plugin", { ...everywhere, ...context }), INPUTS);
    expect(manifest).toMatchObject({ ...common, description, labels, files });
    const config = readConfigYml(rendered("config-yml", { ...everywhere, runnerImage: image }), "any", SECRETS);
    expect(config).toMatchObject({ ...common, runnerImage: image });
  }
});
