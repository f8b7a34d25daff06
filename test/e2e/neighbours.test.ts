// SPDX-License-Identifier: Apache-2.0
import { networkInterfaces } from "node:os";
import { DEFAULT_HTTP_PROXY, exportCommands, PROXY_VARIABLES } from "../../contract/index.js";
import { BUILDS } from "../world/images.js";
import { accessTo, describeInContainers, nodesLeft, PATIENT, Stage, useWorld } from "./stage.js";

const EXPORT = exportCommands(DEFAULT_HTTP_PROXY).join(" && ");

describeInContainers("a tunnel among other programs", () => {
  const world = useWorld();

  describe.each(BUILDS)("%s", (build) => {
    let stage: Stage;
    beforeEach(async () => {
      stage = await Stage.open(build, { ...(await accessTo(world().tailnet)), ...PATIENT });
    });
    afterEach(async () => {
      await stage.close();
    });

    /** A line that starts a server on what `listen` of Node's `net` takes, and goes on when it listens. */
    const serve = (where: string, then = "") =>
      `node -e 'require("net").createServer().listen(${where}, () => { require("fs").writeFileSync("/tmp/listens", ""); ${then} })' &
       until [ -e /tmp/listens ]; do sleep 0.02; done`;

    test("TS_SOCKET never removes a file or a directory", async () => {
      for (const path of ["/tmp/file", "/tmp"]) {
        const output = await stage.run("echo precious >/tmp/file; spacetail up --watch none; cat /tmp/file", {
          TS_SOCKET: path,
        });
        expect(output.text).toBe(
          `spacetail: ${path} is not a socket. Remove it, or choose another path with TS_SOCKET.\nprecious\n`,
        );
      }
      expect(await stage.leftovers(/^/, 0)).toEqual([]);
    });

    test("TS_SOCKET never takes the socket of another program", async () => {
      const environment = { TS_SOCKET: "/tmp/live.sock" };
      const line = `${serve('"/tmp/live.sock"')}; spacetail up --watch none; test -S /tmp/live.sock && echo there; kill $!`;
      expect((await stage.run(line, environment)).text).toBe(
        "spacetail: /tmp/live.sock is in use by another program. Remove it, or choose another path with TS_SOCKET.\nthere\n",
      );
    });

    test("TS_SOCKET takes the place of a socket on which nobody listens", async () => {
      const line = `${serve('"/tmp/old.sock"', 'process.kill(process.pid, "SIGKILL")')}; wait $!; test -S /tmp/old.sock && spacetail up && spacetail down`;
      expect(await stage.run(line, { TS_SOCKET: "/tmp/old.sock" })).toMatchObject({ code: 0 });
    });

    const addresses = (networkInterfaces().lo ?? []).map(({ address }) => address);
    const withIpv6 = addresses.length === 0 || addresses.includes("::1") ? test : test.skip;
    if (withIpv6 !== test) console.warn("skipped: a program on [::1]: this machine has no such address");
    withIpv6.each([8080, 1080])("another program on [::1]:%i would take traffic for localhost", async (port) => {
      const output = await stage.run(`${serve(`{ host: "::1", port: ${port} }`)}; spacetail up; kill $!`);
      expect(output.text).toBe(
        `spacetail: Another program already listens on [::1]:${port}. Stop it, or choose another address with TS_SOCKS5_SERVER or TS_OUTBOUND_HTTP_PROXY_LISTEN.\n`,
      );
      // An address is what it says.
      const own = { TS_SOCKS5_SERVER: "127.0.0.1:1080", TS_OUTBOUND_HTTP_PROXY_LISTEN: "127.0.0.1:8080" };
      expect(
        await stage.run(`${serve(`{ host: "::1", port: ${port} }`)}; spacetail up && spacetail down; kill $!`, own),
      ).toMatchObject({ code: 0, text: expect.stringContaining("off the tailnet") });
    });

    test("tailscaled is the one beside spacetail", async () => {
      const fake = "mkdir /tmp/n && cp $(command -v node) /tmp/n/ && printf '#!/bin/sh\\nexit 7\\n' >/tmp/n/tailscaled";
      const start = build === "node" ? "/tmp/n/node /mnt/image/spacetail" : "/mnt/image/spacetail";
      const line = `${fake} && chmod +x /tmp/n/tailscaled && export PATH=/tmp/n:$PATH && ${start} up && spacetail down`;
      expect(await stage.run(line)).toMatchObject({ code: 0 });
    });

    test("a second up with other proxy addresses is refused", async () => {
      const output = await stage.run(
        "spacetail up 2>/dev/null && TS_SOCKS5_SERVER=localhost:1081 spacetail up; echo $?; spacetail down",
      );
      expect(output.text).toBe(
        "spacetail: The tunnel is already up with other proxy addresses (SOCKS5 localhost:1080, HTTP localhost:8080; localhost:1081 and localhost:8080 were requested). Run `spacetail down` first.\n1\nspacetail: off the tailnet.\n",
      );
    });

    test.each([
      ["another shell", "$$", /\nRunning: /],
      ["nothing", "none", /\nRunning: [\s\S]*watching nothing/],
    ])("a second up that watches %s keeps the tunnel when the first shell is gone", async (_, watch, expected) => {
      const output = await stage.run(`
        sh -c 'spacetail up --watch $$; until [ -e /tmp/go ]; do sleep 0.02; done' &
        until spacetail status >/dev/null 2>&1; do sleep 0.05; done
        spacetail up --watch ${watch} && touch /tmp/go && wait && sleep 0.3 && echo && spacetail status`);
      expect(output).toMatchObject({ code: 0, text: expect.stringMatching(expected) });
      if (watch === "none") await stage.run("spacetail down");
      expect(await stage.leftovers()).toEqual([]);
      expect(await nodesLeft(world().tailnet)).toEqual([]);
    });

    test("a script that calls up and ends does not take the tunnel of its phase along", async () => {
      const output = await stage.run(
        "spacetail up --watch $$ && sh -c 'spacetail up; true' && sleep 0.3 && spacetail status && spacetail down",
      );
      expect(output).toMatchObject({ code: 0, text: expect.stringContaining("Running: ") });
    });

    test.each([
      ["and exports again", EXPORT],
      ["and does not export again", "true"],
    ])("a second up %s: the run's own proxy comes back, and nothing of ours stays in the file", async (_, again) => {
      const own = { HTTP_PROXY: "http://proxy.corp:3128", no_proxy: "corp" };
      const output = await stage.run(
        `spacetail up && ${EXPORT} && spacetail up && ${again} && env >/tmp/file &&
         unset ${PROXY_VARIABLES.join(" ")} && eval "$(spacetail env --restore)" && spacetail scrub /tmp/file && spacetail down 2>/dev/null &&
         echo --- && grep -i proxy /tmp/file | sort && echo --- && env | grep -i proxy | sort`,
        own,
      );
      const lines = "HTTP_PROXY=http://proxy.corp:3128\nno_proxy=corp\n";
      expect(output.text.split("---\n").slice(1)).toEqual([lines, lines]);
    });

    test("a down in the midst of a phase leaves what the hooks after it need", async () => {
      const output = await stage.run(
        `spacetail up 2>/dev/null && ${EXPORT} && spacetail down 2>/dev/null &&
         unset ${PROXY_VARIABLES.join(" ")} && eval "$(spacetail env --restore)" && env | grep -i proxy`,
        { HTTP_PROXY: "http://proxy.corp:3128" },
      );
      expect(output.text).toBe("HTTP_PROXY=http://proxy.corp:3128\n");
    });

    test("what somebody else may have put into the runtime directory is not believed", async () => {
      const record = JSON.stringify({ exports: [], original: { HTTP_PROXY: "http://evil:1" }, lookalikes: {} });
      const output = await stage.run(
        `mkdir -m 755 /tmp/spacetail-1983 && echo '${record}' >/tmp/spacetail-1983/proxies.json
         for command in 'env --restore' scrub 'tailscale version' status down; do spacetail $command && echo "$command went on"; done`,
      );
      const line = "spacetail: /tmp/spacetail-1983 is open to other users. Remove it, or set its mode to 0700.\n";
      expect(output.text).toBe(line.repeat(5));
    });
  });
});
