// SPDX-License-Identifier: Apache-2.0
import { BUILDS } from "../world/images.js";
import { accessTo, describeInContainers, nodesLeft, PATIENT, REACH, Stage, useWorld } from "./stage.js";

describeInContainers("the directory of a tunnel", () => {
  const world = useWorld();

  describe.each(BUILDS)("%s", (build) => {
    let stage: Stage;
    async function open(tmp: string, environment: object = {}): Promise<void> {
      stage = await Stage.open(build, { ...(await accessTo(world().tailnet)), ...PATIENT, ...environment }, { tmp });
    }
    afterEach(async () => {
      await stage.close();
    });

    async function expectNothingLeft(): Promise<void> {
      expect(await stage.leftovers()).toEqual([]);
      expect(await nodesLeft(world().tailnet)).toEqual([]);
    }

    const SHM = "/dev/shm/spacetail-1983";

    test.each([
      ["where /tmp is read-only", "ro", {}, SHM],
      ["where /tmp is full", "size=4k", {}, SHM],
      ["in TMPDIR where /tmp is read-only", "ro", { TMPDIR: "/mnt/home" }, "/mnt/home/spacetail-1983"],
      [
        "in XDG_RUNTIME_DIR where /tmp is read-only",
        "ro",
        { XDG_RUNTIME_DIR: "/mnt/home/" },
        "/mnt/home/spacetail-1983",
      ],
      ["not in a TMPDIR inside the workspace", "ro", { TMPDIR: "/mnt/workspace/tmp" }, SHM],
      ["in TS_RUNTIME_DIR", "", { TS_RUNTIME_DIR: "/dev/shm" }, SHM],
      ["in /tmp, whatever TMPDIR is", "", { TMPDIR: "/mnt/home" }, "/tmp/spacetail-1983"],
    ])("%s", async (_, tmp, environment, dir) => {
      await open(tmp, environment);
      const line = `spacetail up --watch none && test -S ${dir}/tailscaled.sock && spacetail status && ${REACH}; spacetail down`;
      const output = await stage.run(`mkdir -p /mnt/workspace/tmp; ${line}`);
      expect(output).toMatchObject({
        code: 0,
        text: expect.stringMatching(/Running: [\s\S]*hello[\s\S]*off the tailnet\./),
      });
      await expectNothingLeft();
    });

    test("commands find a tunnel that other variables placed", async () => {
      await open("ro");
      await stage.run("TMPDIR=/mnt/home spacetail up --watch none");
      const output = await stage.run("env -i PATH=$PATH spacetail status && env -i PATH=$PATH spacetail down");
      expect(output).toMatchObject({ code: 0, text: expect.stringMatching(/^Running: [\s\S]*off the tailnet\.\n$/) });
      await expectNothingLeft();
    });

    test("tunnels with places of their own do not get into each other's way", async () => {
      await open("", { TS_OUTBOUND_HTTP_PROXY_LISTEN: "localhost:8081", TS_SOCKS5_SERVER: "localhost:1081" });
      await stage.run("TS_RUNTIME_DIR=/mnt/home spacetail up --watch none");
      const output = await stage.run("spacetail status; spacetail down; TS_RUNTIME_DIR=/mnt/home spacetail status");
      expect(output.text).toMatch(/^down\nRunning: /);
      await stage.run("TS_RUNTIME_DIR=/mnt/home spacetail down");
      await expectNothingLeft();
    });

    test.each([
      ["status says so", "spacetail status", /^(going down: the directory \/tmp\/spacetail-1983 was removed|down)\n$/],
      ["down waits for its end", "spacetail down", /^$|^spacetail: stopped/],
      [
        "the next up does not stumble over it",
        `spacetail up --watch none && ${REACH} && spacetail down`,
        /hello from the tailnet[\s\S]*off the tailnet\.\n$/,
      ],
    ])("that is removed while the tunnel is up: %s", async (_, command, text) => {
      await open("");
      await stage.run("spacetail up --watch none");
      const output = await stage.run(`rm -r /tmp/spacetail-1983; ${command}`);
      expect(output.text).toMatch(text);
      await expectNothingLeft();
    });

    // Files of programs that are running may be written to, so there must be room for those of a tunnel.
    const FILL = "cat /dev/zero >/tmp/fill 2>/dev/null";

    test("on a disk that is full by now: down logs the node out", async () => {
      await open("size=1m");
      const output = await stage.run(`spacetail up --watch none; ${FILL}; spacetail down; spacetail status`);
      expect(output.text).toMatch(/\nspacetail: off the tailnet\.\ndown: stopped on request\n$/);
      await expectNothingLeft();
      expect((await world().tailnet.events()).map(({ type }) => type)).toContain("node-logged-out");
    });

    test("on a disk that is full by now: the end of the shell logs the node out", async () => {
      await open("size=1m");
      await stage.run(`spacetail up --watch $$; ${FILL}`);
      await expectNothingLeft();
    });

    test("files of other programs, or of broken ones", async () => {
      await open("");
      const spoil =
        "mkdir -m 700 /tmp/spacetail-1983 && cd /tmp/spacetail-1983 && for i in lock state.json launch.json proxies.json";
      const output = await stage.run(
        `${spoil}; do echo '{}' >$i; done; spacetail status; spacetail down; spacetail up && spacetail down`,
      );
      expect(output).toMatchObject({ code: 0, text: expect.stringMatching(/^down\n[\s\S]*off the tailnet\.\n$/) });
      await expectNothingLeft();
    });

    test("its files do not grow with every up", async () => {
      await open("");
      const up =
        "spacetail up --watch $$ && wc -c </tmp/spacetail-1983/proxies.json; export HTTP_PROXY=http://localhost:8080";
      const output = await stage.run(`for i in 1 2 3 4 5; do ${up}; done 2>/dev/null; spacetail down`);
      const sizes = output.text.split("\n").slice(1, 5);
      expect(new Set(sizes).size).toBe(1);
    });

    test("directories that TS_SOCKET needs are removed again, and others stay", async () => {
      await open("");
      const socket = { TS_SOCKET: "/mnt/home/have/a/b/s.sock" };
      const line =
        "mkdir /mnt/home/have; spacetail up --watch none && test -S $TS_SOCKET && spacetail down; find /mnt/home";
      expect((await stage.run(line, socket)).text).toMatch(/off the tailnet\.\n\/mnt\/home\n\/mnt\/home\/have\n$/);
      await expectNothingLeft();
    });
  });
});
