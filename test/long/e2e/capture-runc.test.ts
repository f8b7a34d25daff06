// SPDX-License-Identifier: Apache-2.0
// Capture in a container of the runtime that Docker, containerd and Kubernetes use, as they set it up.
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile } from "../../e2e/capture/compile.js";
import { accessTo, nodesLeft, PATIENT, useWorld } from "../../e2e/stage.js";
import { imageFolder } from "../../world/images.js";
import { runcProblem, runInContainer } from "../../world/oci/runc.js";
import { ROOT } from "../../world/world.js";

const problem = runcProblem();
if (problem !== null) console.warn(`skipped: capture in a container of runc: ${problem}`);

/** It is between what the lines of a script print. */
const MARK = "=====\n";

(problem === null ? describe : describe.skip)("capture in a container of runc", () => {
  const world = useWorld();
  let tools: string;
  beforeAll(() => {
    tools = mkdtempSync(join(tmpdir(), "tools-"));
    chmodSync(tools, 0o755);
    copyFileSync(compile("edges"), join(tools, "edges"));
    copyFileSync(join(ROOT, ".cache/world/clients/fetch"), join(tools, "fetch"));
  });
  afterAll(() => rmSync(tools, { recursive: true, force: true }));

  test.each(["docker", "containerd"] as const)(
    "with the default profile of %s, programs are captured",
    async (name) => {
      const { tailnet } = world();
      const db = tailnet.info.peers.find((peer) => peer.name === "db")?.addresses.find((one) => one.includes("."));
      const lines = [
        "grep -E '^(Uid|CapBnd|Seccomp):' /proc/self/status",
        "spacetail up --watch none",
        "spacetail run --capture=on -- fetch http://state/hello 2>/dev/null",
        "edges kernel",
        `spacetail run --capture=on -- edges ${db} 2>/dev/null`,
        "spacetail down",
      ];
      // WHEN user 1983, who has no capabilities, runs programs without proxy variables
      const { code, text } = await runInContainer(name, {
        argv: ["sh", "-ec", `exec 2>&1; ${lines.join(`; printf '${MARK}'; `)}`],
        environment: {
          ...(await accessTo(tailnet)),
          ...PATIENT,
          TS_CAPTURE: "true",
          TS_PANIC_IF_HIT_MAIN_CONTROL: "1",
          HOME: "/tmp",
          PATH: "/mnt/image:/mnt/tools:/usr/bin",
        },
        folders: { "/mnt/image": imageFolder(ROOT, "native"), "/mnt/tools": tools },
      });
      const [status = "", up, fetched, kernel, captured] = text.split(MARK);
      // THEN the profile is in force, and everything is as elsewhere
      expect(status).toMatch(/^Uid:\t1983\t.*\nCapBnd:\t0+\nSeccomp:\t2\n$/);
      expect(up).toContain("spacetail: capture: on");
      expect(fetched).toBe("hello from the tailnet\n");
      expect(captured).toBe(kernel);
      expect(kernel).toContain("blocking: 0 ping\n");
      expect(code).toBe(0);
      expect(await nodesLeft(tailnet)).toEqual([]);
    },
  );
});
