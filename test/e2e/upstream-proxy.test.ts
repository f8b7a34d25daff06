// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BUILDS } from "../world/images.js";
import { startHttpProxy, startSocksProxy, type TestProxy } from "../world/proxies.js";
import { accessTo, describeInContainers, type Output, REACH, runOnce, TAG, useWorld } from "./stage.js";

/** Names that only proxies know: nothing else leads to the tailnet, its API and its relay. */
const TAILNET = "tailnet.corp.test";
const RELAY = "relay.corp.test";
const NAMES = { [TAILNET]: "127.0.0.1", [RELAY]: "127.0.0.1", localhost: "127.0.0.1" };

describeInContainers("a run whose only way out is a proxy", () => {
  const world = useWorld();
  const proxies: TestProxy[] = [];
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "proxy-"));
    issue("proxy", "DNS:localhost,IP:127.0.0.1");
    issue("other", "DNS:127.0.0.1,IP:127.0.0.2");
  });
  beforeEach(() => world().tailnet.network({ relayHost: RELAY }));
  afterEach(async () => {
    for (const proxy of proxies.splice(0)) await proxy.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Makes a certificate for these names, and its key. */
  const issue = (name: string, alternatives: string): void => {
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", join(folder, `${name}.key`)];
    const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=${alternatives}`, "-days", "2"];
    const files = ["-out", join(folder, `${name}.pem`)];
    execFileSync("openssl", ["req", "-x509", "-nodes", ...key, ...subject, ...files], {
      stdio: ["ignore", "ignore", "pipe"],
    });
  };
  const opened = async (starting: Promise<TestProxy>): Promise<TestProxy> => {
    const proxy = await starting;
    proxies.push(proxy);
    return proxy;
  };
  const tlsOf = (name: string): { key: Buffer; cert: string } => ({
    key: readFileSync(join(folder, `${name}.key`)),
    cert: readFileSync(join(folder, `${name}.pem`), "utf8"),
  });
  const portOf = (url: string): string => new URL(url).port;
  /** The tailnet under the name that only proxies know, with certificates that containers have to be given. */
  const hidden = async (): Promise<object> => {
    const port = portOf(world().tailnet.info.https.ecdsa);
    const url = `https://${TAILNET}:${port}`;
    return { ...(await accessTo(world().tailnet)), TS_CONTROL_URL: url, TS_API_URL: url, ...trust() };
  };
  // Unlike TS_DEBUG_ALWAYS_USE_DERP, with which tailscaled hangs when it is to end.
  const trust = (): object => ({ SSL_CERT_FILE: "/mnt/workspace/ca.pem", TS_DEBUG_NEVER_DIRECT_UDP: "1" });
  const line = (end: string): string =>
    `cat >/mnt/workspace/ca.pem <<'END'\n${world().rootCertificate}${tlsOf("proxy").cert}${tlsOf("other").cert}END\nspacetail up && ${end} && spacetail down`;
  const runWith = async (build: (typeof BUILDS)[number], environment: object, end = REACH): Promise<Output> =>
    await runOnce(world().tailnet, build, { environment, line: line(end) });

  describe.each(BUILDS)("%s", (build) => {
    test("joins with an OAuth client, and reaches its relay", async () => {
      const proxy = await opened(startHttpProxy({ names: NAMES }));
      const output = await runWith(build, { ...(await hidden()), HTTPS_PROXY: `http://localhost:${proxy.port}` });
      expect(output).toMatchObject({ code: 0, text: expect.stringContaining("hello") });
      const port = portOf(world().tailnet.info.https.ecdsa);
      expect(proxy.log).toContain(`CONNECT ${TAILNET}:${port} 200`);
      expect(proxy.log).toContainEqual(expect.stringMatching(new RegExp(`^CONNECT ${RELAY}:\\d+ 200$`)));
    });

    test("joins with an auth key", async () => {
      const proxy = await opened(startHttpProxy({ names: NAMES }));
      const { key } = await world().tailnet.makeKey({ tags: [TAG], ephemeral: true, preauthorized: true });
      const control = `https://${TAILNET}:${portOf(world().tailnet.info.https.ecdsa)}`;
      const environment = { TS_AUTHKEY: key, TS_CONTROL_URL: control, ...trust() };
      const output = await runWith(build, { ...environment, https_proxy: `localhost:${proxy.port}` });
      expect(output).toMatchObject({ code: 0, text: expect.stringContaining("hello") });
      expect(proxy.log.length).toBeGreaterThan(0);
    });

    test("joins a control server of plain HTTP", async () => {
      const proxy = await opened(startHttpProxy({ names: NAMES, login: "me:secret" }));
      const { key } = await world().tailnet.makeKey({ tags: [TAG], ephemeral: true, preauthorized: true });
      const control = `http://${TAILNET}:${portOf(world().tailnet.info.controlUrl)}`;
      const both = `http://me:secret@localhost:${proxy.port}`;
      const environment = { TS_AUTHKEY: key, TS_CONTROL_URL: control, ...trust(), HTTP_PROXY: both, HTTPS_PROXY: both };
      expect(await runWith(build, environment)).toMatchObject({ code: 0, text: expect.stringContaining("hello") });
      expect(proxy.log).toContainEqual(expect.stringMatching(/^(GET|POST) http:\/\/tailnet.corp.test:\d+\/.* 200$/));
    });

    test.each([
      ["HTTPS_PROXY", "http", "localhost"],
      ["HTTPS_PROXY", "https", "localhost"],
      ["HTTPS_PROXY", "https", "127.0.0.1"],
      ["HTTPS_PROXY", "socks5", "localhost"],
      ["ALL_PROXY", "socks5h", "127.0.0.1"],
    ])("joins through %s=%s://user:password@%s", async (variable, scheme, host) => {
      const options = { names: NAMES, login: "me:p@ss/1 %", ...(scheme === "https" ? { tls: tlsOf("proxy") } : {}) };
      const isSocks = scheme.startsWith("socks");
      const proxy = await opened(isSocks ? startSocksProxy(options) : startHttpProxy(options));
      const url = `${scheme}://me:${encodeURIComponent("p@ss/1 %")}@${host}:${proxy.port}`;
      const secret = "p@ss/1 %";
      const show = "cat /tmp/spacetail-*/tailscaled.log";
      const output = await runWith(build, { ...(await hidden()), [variable]: url }, `${REACH} && ${show}`);
      expect(output).toMatchObject({ code: 0, text: expect.stringContaining("hello") });
      expect(output.text).not.toContain(secret);
      expect(output.text).not.toContain(encodeURIComponent(secret));
      expect(proxy.log).toContainEqual(expect.stringMatching(new RegExp(`${RELAY}:\\d+ (200|0)$`)));
    });

    test.each([
      [
        "http",
        "http://localhost",
        /^spacetail: The API at .* cannot be reached: the proxy http:\/\/localhost:\d+ \(HTTPS_PROXY\) requires a user and password and answered "407 Who are you"\. Put them into the variable: http:\/\/USER:PASSWORD@HOST:PORT\.\n$/,
      ],
      ["http", "http://me:wrong@localhost", /did not accept the user and password/],
      ["socks5", "socks5://localhost", /requires a user and password/],
      ["socks5", "socks5://me:wrong@localhost", /did not accept the user and password/],
    ])("says that a proxy of %s wants another login than %s", async (scheme, prefix, message) => {
      const options = { names: NAMES, login: "me:secret" };
      const proxy = await opened(scheme === "http" ? startHttpProxy(options) : startSocksProxy(options));
      const output = await runWith(build, { ...(await hidden()), HTTPS_PROXY: `${prefix}:${proxy.port}` });
      expect(output).toMatchObject({ code: 1, text: expect.stringMatching(message) });
      expect(output.text).not.toContain("wrong");
    });

    test("does not trust a proxy whose certificate is for another address", async () => {
      const proxy = await opened(startHttpProxy({ names: NAMES, tls: tlsOf("other") }));
      const environment = { HTTPS_PROXY: `https://127.0.0.1:${proxy.port}`, TS_BOOT_TIMEOUT: "3s" };
      const output = await runWith(build, { ...(await hidden()), ...environment });
      expect(output).toMatchObject({ code: 1, text: expect.stringMatching(/\(HTTPS_PROXY\) cannot be used: /) });
      expect(proxy.log).toEqual([]);
    });

    test("does not take a proxy without TLS for one with it", async () => {
      const proxy = await opened(startHttpProxy({ names: NAMES }));
      const environment = { HTTPS_PROXY: `https://localhost:${proxy.port}`, TS_BOOT_TIMEOUT: "3s" };
      const output = await runWith(build, { ...(await hidden()), ...environment });
      expect(output).toMatchObject({
        code: 1,
        text: expect.stringMatching(/\(HTTPS_PROXY\) cannot be used: the server does not speak TLS\)/),
      });
    });

    test("passes plain requests on to it, and says what is wrong with the login", async () => {
      const proxy = await opened(startHttpProxy({ names: { "outside.test": "127.0.0.1" }, login: "me:secret" }));
      const { port } = new URL(world().tailnet.info.apiUrl);
      const url = `http://outside.test:${port}/world/nodes`;
      const get = `curl -sS -i -x http://localhost:8080 ${url}`;
      await world().tailnet.network({});
      const access = await accessTo(world().tailnet);
      const good = { ...access, HTTP_PROXY: `http://me:secret@localhost:${proxy.port}` };
      expect((await runWith(build, good, `${get} ${url}`)).code).toBe(0);
      expect(proxy.log).toEqual([`GET ${url} 200`, `GET ${url} 200`]);
      const bad = { ...access, HTTP_PROXY: `http://me:wrong@localhost:${proxy.port}` };
      const output = await runWith(build, bad, get);
      expect(output.text).toContain("HTTP/1.1 502 Bad Gateway");
      expect(output.text).toMatch(
        /^Tailscale-Connect-Error: .* the proxy http:\/\/localhost:\d+ \(HTTP_PROXY\) did not accept the user and password\.\r$/m,
      );
    });

    test("says that the proxy refuses the API", async () => {
      const proxy = await opened(startHttpProxy({ names: NAMES, refused: [TAILNET] }));
      const output = await runWith(build, { ...(await hidden()), HTTPS_PROXY: `http://localhost:${proxy.port}` });
      expect(output).toMatchObject({ code: 1, text: expect.stringContaining('answered "403 Not you" when asked for') });
    });

    test("leaves out what NO_PROXY names", async () => {
      const proxy = await opened(startHttpProxy({ names: NAMES }));
      const environment = { ...(await hidden()), HTTPS_PROXY: `http://localhost:${proxy.port}`, TS_BOOT_TIMEOUT: "3s" };
      const output = await runWith(build, { ...environment, NO_PROXY: "10.0.0.0/8,.corp.test" });
      expect(output).toMatchObject({
        code: 1,
        text: expect.stringMatching(/cannot be reached \(.*tailnet\.corp\.test/),
      });
      expect(proxy.log).toEqual([]);
    });

    test("never takes for one what hooks of an earlier phase left behind", async () => {
      await world().tailnet.network({});
      const ours = "http://localhost:8080";
      const environment = {
        HTTP_PROXY: ours,
        HTTPS_PROXY: ours,
        http_proxy: ours,
        ALL_PROXY: "socks5h://127.0.0.1:1080",
        all_proxy: "http://0.0.0.0:8080",
      };
      const output = await runWith(build, { ...(await accessTo(world().tailnet)), ...environment });
      expect(output).toMatchObject({ code: 0, text: expect.stringContaining("hello") });
    });

    test("goes straight out where a proxy cannot be used, and says so", async () => {
      await world().tailnet.network({});
      const environment = { ...(await accessTo(world().tailnet)), HTTPS_PROXY: "socks4://localhost:1" };
      const output = await runWith(build, environment);
      expect(output).toMatchObject({ code: 0 });
      expect(output.text).toMatch(/^spacetail: HTTPS_PROXY names no proxy that can be used: .* It is ignored\.\n/);
    });
  });
});
