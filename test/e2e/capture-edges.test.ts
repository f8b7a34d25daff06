// SPDX-License-Identifier: Apache-2.0
// What the kernel does with connections, captured ones do too.
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { compile } from "./capture/compile.js";
import { accessTo, describeInContainers, nodesLeft, PATIENT, Stage, useWorld } from "./stage.js";

describeInContainers("captured connections", () => {
  const world = useWorld();
  let stage: Stage;
  let lines: { readonly kernel: readonly string[]; readonly captured: readonly string[] };

  beforeAll(async () => {
    stage = await Stage.open("native", { ...(await accessTo(world().tailnet)), ...PATIENT });
    copyFileSync(compile("edges"), join(stage.workspace, "edges"));
    const up = await stage.run("spacetail up --watch none");
    if (up.code !== 0) throw new Error(up.text);
    const kernel = await stage.run("./edges kernel");
    const captured = await stage.run(`spacetail run --capture=on -- ./edges ${addressOfDb()} 2>/dev/null`);
    lines = { kernel: kernel.text.split("\n"), captured: captured.text.split("\n") };
  });
  afterAll(async () => {
    await stage?.run("spacetail down");
    await stage?.close();
  });

  function addressOfDb(): string {
    const db = world().tailnet.info.peers.find((peer) => peer.name === "db");
    return db?.addresses.find((address) => address.includes(".")) ?? "";
  }

  test("end, fail, wait and are interrupted as the kernel's", () => {
    expect(lines.kernel).toContain("blocking: 0 ping");
    expect(lines.captured).toEqual(lines.kernel);
  });

  test.each([100, 1000])("%d that are under way at the same time are all made, as by the kernel", async (count) => {
    const kernel = await stage.run(`./edges kernel ${count}`);
    const captured = await stage.run(`spacetail run --capture=on -- ./edges ${addressOfDb()} ${count} 2>/dev/null`);
    expect(kernel.text).toBe(`${count} at once: ${count} connected, 0 refused\n`);
    expect(captured.text).toBe(kernel.text);
  });

  test("nothing is left when all is over", async () => {
    expect((await stage.run("spacetail down")).code).toBe(0);
    expect(await stage.leftovers()).toEqual([]);
    expect(await nodesLeft(world().tailnet)).toEqual([]);
  });
});
