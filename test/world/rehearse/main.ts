// SPDX-License-Identifier: Apache-2.0
// npm run rehearse -- [--from hcl|config-yml|plugin] [--json] [--federated] [--admin] [--build native|node]
// [--capture] [--fetch] [--root FOLDER] [--fail-apply] [--steal-trap] [--join-delay MS]
import { parseArgs } from "node:util";
import { BUILDS, type Build } from "../images.js";
import { isRendered, RENDERED } from "../rendered.js";
import { containerSupport } from "../runs/index.js";
import { type RehearsalOptions, rehearse } from "./rehearsal.js";
import { brokenPromises, judge } from "./verdict.js";

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      from: { type: "string" },
      admin: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      fetch: { type: "boolean", default: false },
      federated: { type: "boolean", default: false },
      capture: { type: "boolean", default: false },
      build: { type: "string", default: "native" },
      root: { type: "string" },
      "fail-apply": { type: "boolean", default: false },
      "steal-trap": { type: "boolean", default: false },
      "join-delay": { type: "string" },
    },
  });
  if (!BUILDS.includes(values.build as Build)) throw new Error(`--build must be one of ${BUILDS.join(", ")}`);
  const { from } = values;
  if (from !== undefined && !isRendered(from)) throw new Error(`--from must be one of ${RENDERED.join(", ")}`);
  if (values.fetch && values.build !== "native") throw new Error("--fetch is for --build native");
  const unsupported = containerSupport();
  if (unsupported !== null) throw new Error(unsupported);
  const options: RehearsalOptions = {
    build: values.build as Build,
    ...(from === undefined ? {} : { from }),
    ...(values.root === undefined ? {} : { root: values.root }),
    admin: values.admin,
    fetch: values.fetch,
    federated: values.federated,
    capture: values.capture,
    failApply: values["fail-apply"],
    stealTrap: values["steal-trap"],
    ...(values["join-delay"] === undefined ? {} : { joinDelayMs: Number(values["join-delay"]) }),
    print: (line) => console.log(line),
  };
  const rehearsal = await rehearse(options);
  const verdict = judge(rehearsal);
  const broken = brokenPromises(rehearsal, verdict, options);
  for (const promise of broken) console.error(`broken: ${promise}`);
  if (broken.length > 0) for (const line of rehearsal.run.logs) console.error(`  ${line.phase}: ${line.text}`);
  if (values.json) console.log(JSON.stringify(verdict));
  else if (broken.length === 0) {
    const secretless = values.federated ? ", no secret anywhere" : "";
    console.log(`All promises kept: reached, and nothing left behind${secretless}.`);
  }
  return broken.length === 0 ? 0 : 1;
}

main().then(
  (status) => process.exit(status),
  (error: Error) => {
    console.error(`rehearse: ${error.message}`);
    process.exit(1);
  },
);
