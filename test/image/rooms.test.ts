// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

const ROOT = join(__dirname, "../../image/spacetail");

/** The folders of the executable, each of which may import those before it. */
const FLOORS = ["errors", "process", "platform", "tailnet", "login", "proxies", "tunnel", "commands", "."];

test("the folders of the executable import downwards only, so there is no circle", () => {
  const upwards: string[] = [];
  for (const name of readdirSync(ROOT, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts")) continue;
    const from = FLOORS.indexOf(dirname(name));
    for (const [, path = ""] of readFileSync(join(ROOT, name), "utf8").matchAll(/from "(\.[^"]+)"/g)) {
      const target = normalize(join(dirname(name), path));
      if (target.startsWith("..")) continue;
      const to = FLOORS.indexOf(dirname(target));
      if (from < 0 || to < 0 || to > from) upwards.push(`${name} imports ${target}`);
    }
  }
  expect(upwards).toEqual([]);
});
