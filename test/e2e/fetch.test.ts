// SPDX-License-Identifier: Apache-2.0
// Runs in an image without spacetail, which fetch the executables from a server.
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_HTTP_PROXY, FETCH_PATH, fetcherOf, hookLists } from "../../contract/index.js";
import { type ServedRelease, serveRelease } from "../world/release.js";
import { performRun, type RunDefinition, type RunResult } from "../world/runs/index.js";
import { ROOT } from "../world/world.js";
import { accessTo, describeInContainers, nodesLeft, REACH, useWorld } from "./stage.js";

const PHASES = ["plan", "apply"];

const SPACETAIL = "GET /spacetail-linux-amd64.gz";
const TAILSCALED = "GET /tailscaled-linux-amd64.gz";

describeInContainers("a run that fetches the executables", () => {
  const world = useWorld();
  let release: ServedRelease;
  let source: string;
  beforeAll(async () => {
    release = await serveRelease(ROOT);
    source = mkdtempSync(join(tmpdir(), "project-"));
    chmodSync(source, 0o755);
    mkdirSync(join(source, "empty"));
  });
  beforeEach(() => {
    release.server.requests.length = 0;
  });
  afterAll(async () => {
    await release.server.close();
    rmSync(source, { recursive: true, force: true });
  });

  /** A plan and, in another container, an apply. Nothing of ours is in the image. */
  async function perform(plan: string, definition: Partial<RunDefinition> = {}): Promise<RunResult> {
    const fetcher = fetcherOf(release.options);
    const options = { phases: PHASES, httpProxy: DEFAULT_HTTP_PROXY, exitTrap: true, fetchHooks: fetcher?.hooks };
    const access = { ...(await accessTo(world().tailnet)), TS_PANIC_IF_HIT_MAIN_CONTROL: "1" };
    const run = performRun(
      {
        type: "tracked",
        stack: { id: "demo" },
        source,
        hooks: hookLists(options),
        files: fetcher === undefined ? [] : [fetcher.file],
        environment: Object.entries(access).map(([name, value]) => ({ name, value })),
        commands: { init: "true", plan, apply: `${REACH}`, outputs: "echo '{}'" },
        ...definition,
      },
      { silenceLimitMs: 120_000, graceMs: 120_000 },
    );
    const result = await run.result;
    expect(await nodesLeft(world().tailnet)).toEqual([]);
    expect(result.phases.flatMap((phase) => phase.processesLeft)).toEqual([]);
    return result;
  }

  const text = (result: RunResult): string => result.logs.map((line) => line.text).join("\n");
  const states = (result: RunResult) => result.phases.map(({ name, exitCode }) => [name, exitCode]);

  test("plans and applies on the tailnet, and downloads once", async () => {
    const where = "command -v spacetail && command -v tailscale && tailscale version";
    const result = await perform(`${where} && ${REACH}`);
    expect([result.state, text(result)]).toEqual(["FINISHED", expect.stringContaining("hello from the tailnet")]);
    expect(text(result)).toMatch(/\/tmp\/spacetail-1983\/bin\/spacetail\n\/tmp\/spacetail-1983\/bin\/tailscale\n1\./);
    expect(text(result).match(/hello from the tailnet/g)).toHaveLength(2);
    // The apply has what the plan downloaded, from the workspace.
    expect(release.server.requests).toEqual([SPACETAIL, TAILSCALED]);
  });

  test("code of a plan cannot change what an apply runs by what it leaves in the workspace", async () => {
    const evil = "printf '#!/bin/sh\\necho evil\\n' | gzip";
    const result = await perform(`for kept in /mnt/workspace/.spacetail-cache/*; do ${evil} >$kept; done`);
    expect(text(result)).not.toContain("evil");
    expect([result.state, text(result)]).toEqual(["FINISHED", expect.stringContaining("hello from the tailnet")]);
    expect(release.server.requests).toEqual([SPACETAIL, TAILSCALED, SPACETAIL, TAILSCALED]);
  });

  test("an apply ends at once if the plan changed the script", async () => {
    const result = await perform(`echo 'echo evil' >/mnt/workspace/${FETCH_PATH}`);
    expect(text(result)).toContain(
      `spacetail: /mnt/workspace/${FETCH_PATH} is missing, or is not the file of this context.`,
    );
    expect(text(result)).not.toContain("evil");
    expect(result.state).toBe("FAILED");
    expect(text(result)).not.toContain("hello from the tailnet");
  });

  test("nothing is run if the server has something else", async () => {
    const { server } = release;
    const { files } = server;
    server.files = { ...files, "tailscaled-linux-amd64.gz": files["spacetail-linux-amd64.gz"] ?? Buffer.of() };
    try {
      const result = await perform(REACH);
      expect(result.state).toBe("FAILED");
      const [line] = result.logs.filter(({ text }) => text.startsWith("spacetail: "));
      expect(line?.text).toMatch(
        /^spacetail: Cannot fetch tailscaled from http:\S+: the SHA-256 of the executable in it is /,
      );
      expect(states(result).at(-1)).toEqual(["plan", 1]);
      expect(text(result)).not.toContain("hello from the tailnet");
    } finally {
      server.files = files;
    }
  });

  test("a phase that follows in the same container verifies what is there", async () => {
    const worse = "cd /tmp/spacetail-1983/bin && rm tailscaled && echo evil >tailscaled";
    const result = await perform(`${REACH} && ${worse}`, { autodeploy: true });
    expect(text(result)).not.toContain("evil");
    expect([result.state, text(result).match(/hello/g)]).toEqual(["FINISHED", ["hello", "hello"]]);
    // tailscaled comes from the cache.
    expect(release.server.requests).toEqual([SPACETAIL, TAILSCALED]);
  });
});
