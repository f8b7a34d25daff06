// SPDX-License-Identifier: Apache-2.0
import { createSocket, type Socket } from "node:dgram";
import { createServer, type Server } from "node:net";
import { BUILDS } from "../world/images.js";
import { accessTo, describeInContainers, type Output, runOnce, Stage, useWorld } from "./stage.js";

/** Runs a line with a resolver of the test's own; needs user namespaces, which containers of tests have. */
const withFiles = (resolv: string, hosts: string, line: string): string =>
  `printf '${resolv}' >/tmp/resolv && printf '${hosts}' >/tmp/hosts && unshare --user --map-root-user --mount sh -c '
mount --bind /tmp/resolv /etc/resolv.conf && mount --bind /tmp/hosts /etc/hosts && exec setpriv --nnp sh -c "$1"' sh '${line}'`;

describeInContainers("networks as they are", () => {
  const world = useWorld();
  /** A name server that never answers, and a machine that accepts connections and says nothing. */
  let silent: Socket;
  let mute: Server;
  beforeAll(async () => {
    silent = createSocket("udp4");
    await new Promise<void>((resolve, reject) => {
      silent.once("error", reject);
      silent.bind(53, "127.0.0.99", resolve);
    });
    mute = createServer();
    await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => {
    silent.close();
    mute.close();
  });

  // A resolver would wait far longer than any of these tests may take.
  const RESOLV = "nameserver 127.0.0.99\\noptions timeout:30 attempts:5\\n";
  const PATIENT_RESOLVER_MS = 100_000;
  const nowhere = async (): Promise<object> => ({
    ...(await accessTo(world().tailnet)),
    TS_CONTROL_URL: "https://silent.test",
    TS_API_URL: "https://silent.test",
  });

  describe.each(BUILDS)("%s", (build) => {
    test("a resolver that does not answer does not hold up the deadline", async () => {
      const output = await runOnce(world().tailnet, build, {
        environment: { ...(await nowhere()), TS_BOOT_TIMEOUT: "1s" },
        line: withFiles(RESOLV, "", "spacetail up"),
      });
      expect(output).toMatchObject({ code: 1, text: expect.stringMatching(/cannot be reached \(no .* in time\)/) });
      expect(output.ms).toBeLessThan(PATIENT_RESOLVER_MS);
    });

    test("nor SIGTERM", async () => {
      const stage = await Stage.open(build, await nowhere());
      try {
        const line = withFiles(
          RESOLV,
          "",
          "spacetail up & touch paused; until [ -e resumed ]; do sleep 0.05; done; kill $!; wait $!",
        );
        const { output } = stage.start(line);
        await stage.paused();
        await stage.find(/tailscaled --tun/);
        stage.resume();
        const { code, ms } = await output;
        expect(code).toBe(143);
        expect(ms).toBeLessThan(PATIENT_RESOLVER_MS);
      } finally {
        await stage.close();
      }
    });

    test.each([
      ["refuses", "::1"],
      ["has no route", "2001:db8::1"],
      ["is a black hole", "10.77.0.99"],
    ])("a host is reached although its first address %s", async (_, first) => {
      const { port } = new URL(world().tailnet.info.https.ecdsa);
      const url = `https://tailnet.corp.test:${port}`;
      const environment = {
        ...(await accessTo(world().tailnet)),
        TS_API_URL: url,
        TS_CONTROL_URL: url,
        SSL_CERT_FILE: "/mnt/workspace/ca.pem",
      };
      const hosts = `127.0.0.1 localhost\\n${first} tailnet.corp.test\\n127.0.0.1 tailnet.corp.test\\n`;
      const output: Output = await runOnce(world().tailnet, build, {
        environment,
        line: `cat >/mnt/workspace/ca.pem <<'END'\n${world().rootCertificate}END\n${withFiles("", hosts, "spacetail up && spacetail down")}`,
      });
      expect(output).toMatchObject({ code: 0 });
    });
  });
});
