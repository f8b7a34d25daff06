// SPDX-License-Identifier: Apache-2.0
import { BUILDS } from "../world/images.js";
import { accessTo, describeInContainers, type Output, runOnce, useWorld } from "./stage.js";

describeInContainers("HTTPS", () => {
  const world = useWorld();

  describe.each(BUILDS)("%s", (build) => {
    async function up(api: string, environment: object, prepare = "true"): Promise<Output> {
      // Certificates are for names, so the address gives way to one.
      const url = api.replace("127.0.0.1", "localhost");
      const access = { ...(await accessTo(world().tailnet)), TS_API_URL: url };
      return await runOnce(world().tailnet, build, {
        environment: { ...access, ...environment },
        line: `${prepare} && spacetail up && spacetail down`,
      });
    }

    const trusted = () => ({ SSL_CERT_FILE: "/mnt/workspace/ca.pem" });
    /** Containers do not see the world's own folder. */
    const copyRoot = () => `cat >/mnt/workspace/ca.pem <<'END'\n${world().rootCertificate}END\ntrue`;

    test.each(["ecdsa", "rsa"] as const)("a chain with an intermediate (%s)", async (kind) => {
      expect(await up(world().tailnet.info.https[kind], trusted(), copyRoot())).toMatchObject({ code: 0 });
    });

    test("SSL_CERT_FILE means the same to tailscaled", async () => {
      const url = world().tailnet.info.https.rsa.replace("127.0.0.1", "localhost");
      const output = await up(world().tailnet.info.https.rsa, { ...trusted(), TS_CONTROL_URL: url }, copyRoot());
      expect(output).toMatchObject({ code: 0 });
    });

    test("SSL_CERT_DIR adds to it", async () => {
      const environment = { SSL_CERT_FILE: "/nowhere", SSL_CERT_DIR: "/nowhere:/mnt/workspace" };
      expect(await up(world().tailnet.info.https.ecdsa, environment, copyRoot())).toMatchObject({ code: 0 });
    });

    test.each([
      [
        "unknownCa",
        /^spacetail: The certificate of https:\/\/localhost:\d+ is signed by an authority that is not trusted here\. Add its certificate to the file that SSL_CERT_FILE names\.\n$/,
      ],
      [
        "expired",
        /^spacetail: The certificate of https:\/\/localhost:\d+ has expired\. Renew it, or check the clock\.\n$/,
      ],
      [
        "early",
        /^spacetail: The certificate of https:\/\/localhost:\d+ is not valid yet \(it is .*Z here\)\. Check the clock of this machine\.\n$/,
      ],
      [
        "wrongHost",
        /^spacetail: The certificate of https:\/\/localhost:\d+ is for another name\. Check TS_API_URL\.\n$/,
      ],
    ] as const)("%s is one line", async (kind, line) => {
      const output = await up(world().tailnet.info.https[kind], trusted(), copyRoot());
      expect(output).toMatchObject({ code: 1, text: expect.stringMatching(line) });
    });

    test("NODE_TLS_REJECT_UNAUTHORIZED of the run changes nothing", async () => {
      const environment = { ...trusted(), NODE_TLS_REJECT_UNAUTHORIZED: "0", NODE_NO_WARNINGS: "1" };
      const output = await up(world().tailnet.info.https.unknownCa, environment, copyRoot());
      expect(output).toMatchObject({ code: 1, text: expect.stringContaining("is not trusted here.") });
    });

    test("a good certificate of an unknown authority is one line", async () => {
      const output = await up(world().tailnet.info.https.ecdsa, {});
      expect(output).toMatchObject({
        code: 1,
        text: expect.stringContaining("is signed by an authority that is not trusted here."),
      });
      expect(output.text.trim().split("\n")).toHaveLength(1);
    });

    test.each([
      ["no CA bundle", "true", "/nowhere"],
      ["a CA bundle without certificates", "echo nothing >/tmp/empty.pem", "/tmp/empty.pem"],
    ])("%s is one line", async (_, prepare, file) => {
      const environment = { SSL_CERT_FILE: file, SSL_CERT_DIR: "/nowhere" };
      expect(await up(world().tailnet.info.https.ecdsa, environment, prepare)).toMatchObject({
        code: 1,
        text: `spacetail: No CA certificates found (looked in ${file}). Install ca-certificates, or set SSL_CERT_FILE.\n`,
      });
    });
  });
});
