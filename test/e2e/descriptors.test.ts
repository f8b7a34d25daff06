// SPDX-License-Identifier: Apache-2.0
import { BUILDS } from "../world/images.js";
import { accessTo, describeInContainers, PATIENT, PAUSE, Stage, useWorld } from "./stage.js";

describeInContainers("a phase ends when its command does", () => {
  const world = useWorld();

  test.each(BUILDS)("%s: the supervisor holds none of the phase's pipes, on whatever descriptor", async (build) => {
    // GIVEN a shell with pipes on its output and on descriptors 3 and 20
    const stage = await Stage.open(build, { ...(await accessTo(world().tailnet)), ...PATIENT });
    try {
      const command = stage.container.start({
        argv: ["sh", "-c", "spacetail up --watch none"],
        environment: stage.variables,
        directory: "/mnt/workspace",
        pipes: [[1, 2], [3], [20]],
      });
      // WHEN it ends while the tunnel stays
      await command.exited;
      // THEN all of them reach their end
      const open = await Promise.race([command.ended.then(() => []), wait(60_000).then(() => command.openPipes)]);
      expect(open).toEqual([]);
      expect((await stage.run("spacetail status && spacetail down")).code).toBe(0);
    } finally {
      await stage.close();
    }
  });

  test.each(BUILDS)("%s: the supervisor is in a session of its own, in the root directory", async (build) => {
    const stage = await Stage.open(build, { ...(await accessTo(world().tailnet)), ...PATIENT });
    try {
      await stage.run("spacetail up --watch none");
      const supervisor = await stage.find(/supervise$/);
      const facts = await stage.run(
        `cut -d' ' -f5,6 /proc/${supervisor.pid}/stat; readlink /proc/${supervisor.pid}/cwd; ls /proc/${supervisor.pid}/fd -l`,
      );
      expect(facts.text.split("\n").slice(0, 2)).toEqual([`${supervisor.pid} ${supervisor.pid}`, "/"]);
      const open = facts.text.split("\n").flatMap(
        (line) =>
          line
            .match(/ (\d+) -> (\S+)/)
            ?.slice(1)
            .join(" ") ?? [],
      );
      const log = "/tmp/spacetail-1983/supervisor.log";
      expect(open).toEqual(expect.arrayContaining(["0 /dev/null", `1 ${log}`, `2 ${log}`]));
      const modes = await stage.run("stat -c '%a %n' /tmp/spacetail-1983 /tmp/spacetail-1983/*");
      expect(modes.text).toMatch(/^700 \/tmp\/spacetail-1983\n(600 \S+\n|666 \S+tailscaled\.sock\n)+$/);
      await stage.run("spacetail down");
    } finally {
      await stage.close();
    }
  });

  test.each(BUILDS)("%s: what holds keys dumps no core, whatever the phase allows", async (build) => {
    const stage = await Stage.open(build, { ...(await accessTo(world().tailnet)), ...PATIENT });
    const limits = async (pid: number) => {
      const { text } = await stage.run(`grep 'core file' /proc/${pid}/limits`);
      return text
        .trim()
        .split(/\s{2,}/)
        .slice(1, 3);
    };
    try {
      const line = `ulimit -S -c "$(ulimit -H -c)"; ulimit -c >core; spacetail up && ${PAUSE}; spacetail down`;
      const phase = stage.start(line);
      await stage.paused();
      // Where the machine allows none at all, this test shows nothing.
      expect((await stage.run("cat core")).text).not.toBe("0\n");
      // Node.js cannot limit itself, and its supervisor holds no key.
      const programs = build === "native" ? [/supervise$/, /^\S*tailscaled /] : [/^\S*tailscaled /];
      for (const program of programs) expect(await limits((await stage.find(program)).pid)).toEqual(["0", "0"]);
      stage.resume();
      expect((await phase.output).code).toBe(0);
    } finally {
      await stage.close();
    }
  });
});

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
