// SPDX-License-Identifier: Apache-2.0
import { BUILDS } from "../world/images.js";
import { accessTo, describeInContainers, nodesLeft, PATIENT, Stage, useWorld } from "./stage.js";

const CONNECT = /^(node )?\S*spacetail connect /;

describeInContainers("spacetail connect", () => {
  const world = useWorld();

  describe.each(BUILDS)("%s", (build) => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await Stage.open(build, { ...(await accessTo(world().tailnet)), ...PATIENT });
      expect(await stage.run("spacetail up --watch none")).toMatchObject({ code: 0 });
    });
    afterAll(async () => {
      await stage.run("spacetail down");
      expect(await stage.leftovers()).toEqual([]);
      expect(await nodesLeft(world().tailnet)).toEqual([]);
      await stage.close();
    });

    test("an answer that comes after the end of the input is complete", async () => {
      const request = "printf 'GET /hello HTTP/1.0\\r\\nHost: state\\r\\n\\r\\n'";
      const output = await stage.run(`${request} | spacetail connect state 80`);
      expect(output).toMatchObject({ code: 0, text: expect.stringMatching(/^HTTP\/1\.0 200[\s\S]*hello from the/) });
    });

    /** Waits until `connect` has ended. */
    const ENDED = "while pgrep -f '^(node )?[^ ]*spacetail connect ' >/dev/null; do sleep 0.05; done";
    /** Keeps the input of `connect` open. */
    const OPEN = "until [ -e over ]; do sleep 0.05; done";

    test.each(["spacetail connect db 5432 <data", "cat data | spacetail connect db 5432"])(
      "megabytes go there and back unchanged: %s",
      async (line) => {
        const size = 20_000_000;
        // The service ends no connection.
        const all = `until [ "$(stat -c %s out)" -ge ${size} ]; do sleep 0.05; done; kill $!; ${ENDED}; cmp out data && echo same`;
        const output = await stage.run(`head -c ${size} /dev/urandom >data; : >out; ${line} >out & ${all}`);
        expect(output.text).toBe("same\n");
      },
    );

    test("an address, and HOST:PORT as one word", async () => {
      const [v4 = "", v6 = ""] = world().tailnet.info.peers.find((peer) => peer.name === "db")?.addresses ?? [];
      for (const target of [`${v4} 5432`, `${v6} 5432`, `[${v6}]:5432`, "db.tail.test:5432"]) {
        const line =
          `rm -f over out; { echo ${target}; ${OPEN}; } | spacetail connect ${target} >out & ` +
          `until [ -s out ]; do sleep 0.05; done; kill $!; ${ENDED}; touch over; cat out`;
        expect((await stage.run(line)).text).toBe(`${target}\n`);
      }
    });

    // Node notices a pipe without a reader only when it writes.
    test.each(build === "native" ? ["is silent", "goes on"] : ["goes on"])(
      "it ends when nobody reads its output any more, and the service %s",
      async (how) => {
        const input = how === "is silent" ? `echo one; ${OPEN}` : "until [ -e over ]; do echo one; sleep 0.05; done";
        const line = `rm -f over; { ${input}; } | spacetail connect db 5432 | { head -n 1; exec <&-; ${ENDED}; touch over; }`;
        expect((await stage.run(line)).text).toBe("one\n");
      },
    );

    test.each(["HUP", "TERM"])("SIG%s ends it, as ssh does with its ProxyCommand", async (signal) => {
      const held = stage.start(`rm -f over; ${OPEN} | spacetail connect db 5432; echo "status $?"`);
      const { pid } = await stage.find(CONNECT);
      await stage.run(`kill -${signal} ${pid}; ${ENDED}; touch over`);
      expect((await held.output).text).toMatch(/^((Terminated|Hangup)\n)?status (143|129)\n$/);
    });

    test("git clones over ssh, by the variable that docs/programs.md names", async () => {
      const ssh = "ssh -F none -o ProxyCommand='spacetail connect %h %p'";
      const unknown = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null";
      const output = await stage.run(
        `GIT_SSH_COMMAND="${ssh} ${unknown}" git clone --quiet ssh://git@db/hello.git cloned && cat cloned/README`,
      );
      expect(output).toMatchObject({ code: 0, text: expect.stringMatching(/hello from the tailnet\n$/) });
      expect(await stage.leftovers(CONNECT)).toEqual([]);
    });

    test.each([
      ["a port that nobody listens on", "db 5433", /^spacetail: Cannot reach db:5433: .*refused.*\.\n$/],
      ["a name that nobody has", "nosuch.tail.test 80", /^spacetail: Cannot reach nosuch\.tail\.test:80: .+\.\n$/],
      [
        "no port",
        "db",
        /^spacetail: `spacetail connect` takes a host and a port, as in `spacetail connect db 5432`\.\n$/,
      ],
      ["a port that is none", "db x", /^spacetail: `spacetail connect` takes a host and a port, .*\n$/],
    ])("%s is one line", async (_, words, line) => {
      const output = await stage.run(`spacetail connect ${words} </dev/null`);
      expect(output).toMatchObject({ code: 1, text: expect.stringMatching(line) });
    });

    test("without a tunnel it says so", async () => {
      const other = await Stage.open(build, {});
      try {
        expect(await other.run("spacetail connect db 5432")).toMatchObject({
          code: 1,
          text: "spacetail: Cannot reach db:5432: the tunnel is down. Run `spacetail up` first.\n",
        });
      } finally {
        await other.close();
      }
    });
  });
});
