// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startUploadTarget, type UploadTarget } from "../../world/runs/index.js";
import { proxyFor } from "../../world/runs/worker/proxy.js";
import { upload } from "../../world/runs/worker/upload.js";
import { describeRuns, fakeRun } from "./fake-run.js";

describe("the proxy of a request", () => {
  const P = { host: "proxy", port: 3128 };

  test.each([
    [{ HTTP_PROXY: "http://proxy:3128" }, P, null],
    [{ http_proxy: "proxy:3128" }, P, null],
    [{ HTTPS_PROXY: "http://proxy:3128" }, null, P],
    [{ https_proxy: "http://proxy:3128" }, null, P],
    [{ HTTP_PROXY: "http://proxy:3128", http_proxy: "http://other:1" }, P, null],
    [{ HTTP_PROXY: "", http_proxy: "http://proxy:3128" }, P, null],
    [{ ALL_PROXY: "http://proxy:3128" }, null, null],
  ])("%j", (environment, forHttp, forHttps) => {
    for (const [scheme, expected] of [["http", forHttp] as const, ["https", forHttps] as const]) {
      const found = proxyFor(scheme, "s3.example.com", 80, environment);
      expect(found && { host: found.host, port: found.port }).toEqual(expected);
    }
  });

  test.each([
    ["*", true],
    ["other.com, s3.example.com", true],
    ["example.com", true],
    [".example.com", true],
    ["*.example.com", true],
    [".s3.example.com", false],
    ["ample.com", false],
    ["s3.example.com:80", true],
    ["s3.example.com:81", false],
    ["", false],
  ])("NO_PROXY=%s", (list, excepted) => {
    for (const name of ["NO_PROXY", "no_proxy"]) {
      const environment = { HTTP_PROXY: "proxy:3128", [name]: list };
      expect(proxyFor("http", "s3.example.com", 80, environment) === null).toBe(excepted);
    }
  });

  test.each([
    ["127.0.0.2", true],
    ["127.0.0.1", false],
    ["localhost", false],
    ["127.0.0.0/8", true],
    ["10.0.0.0/8", false],
    ["0.0.0.0/0", true],
  ])("NO_PROXY=%s for an address of loopback", (list, excepted) => {
    const environment = { HTTP_PROXY: "proxy:3128", NO_PROXY: list };
    expect(proxyFor("http", "127.0.0.2", 80, environment) === null).toBe(excepted);
  });

  test("must be an HTTP proxy", () => {
    expect(() => proxyFor("http", "h", 80, { HTTP_PROXY: "socks5://proxy:1080" })).toThrow(
      "HTTP_PROXY=socks5://proxy:1080 is not the URL of an HTTP proxy",
    );
  });
});

/** A small forwarding proxy that notes what it was asked for. */
async function startProxy() {
  const asked: string[] = [];
  const tunnelled = { bytes: 0 };
  const server = createServer((incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    const { host, port, pathname } = new URL(incoming.url ?? "");
    const options = {
      host: host.split(":")[0],
      port,
      path: pathname,
      method: incoming.method,
      headers: incoming.headers,
    };
    const onward = request(options, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  server.on("connect", (incoming, socket) => {
    asked.push(`CONNECT ${incoming.url}`);
    const [host, port] = (incoming.url ?? "").split(":");
    const onward = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.pipe(socket).pipe(onward);
      socket.on("data", (chunk: Buffer) => {
        tunnelled.bytes += chunk.length;
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, asked, tunnelled, close: () => new Promise((resolve) => server.close(resolve)) };
}

/** Ends a test that hangs. */
const PATIENCE_MS = 120_000;

describe("an upload", () => {
  let target: UploadTarget;
  let scratch = "";
  let file = "";

  beforeEach(async () => {
    target = await startUploadTarget();
    scratch = mkdtempSync(join(tmpdir(), "upload-test-"));
    file = join(scratch, "archive");
    writeFileSync(file, Buffer.alloc(300_000, 1));
  });

  afterEach(async () => {
    await target.close();
    rmSync(scratch, { recursive: true });
  });

  test("arrives whole, over either scheme's way", async () => {
    await upload(target.url, file, {}, PATIENCE_MS);
    expect(target.received.map(({ bytes, path }) => [bytes, path])).toEqual([
      [300_000, "/workspace.tar"],
      [300_000, "/workspace.tar"],
    ]);
  });

  test("goes through a proxy that works", async () => {
    const proxy = await startProxy();
    await upload(target.url, file, { HTTP_PROXY: proxy.url, https_proxy: proxy.url }, PATIENCE_MS);
    await proxy.close();
    expect(proxy.asked).toEqual([`PUT ${target.url}`, `CONNECT ${new URL(target.url).host}`]);
    expect(target.received.map(({ bytes }) => bytes)).toEqual([300_000, 300_000]);
    expect(proxy.tunnelled.bytes).toBeGreaterThan(300_000);
  });

  test("fails through a proxy that is gone, and says which", async () => {
    for (const name of ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"]) {
      const environment = { [name]: "http://localhost:9", NO_PROXY: "localhost,127.0.0.1,::1,.spacelift.io" };
      await expect(upload(target.url, file, environment, PATIENCE_MS)).rejects.toThrow(
        new RegExp(`^PUT ${target.url} through the proxy of the run's environment, ${name}=http://localhost:9: .*`),
      );
    }
  });

  test("fails when the proxy refuses, or the connection breaks off", async () => {
    const refusing = createServer((_incoming, outgoing) => outgoing.writeHead(403).end());
    refusing.on("connect", (_incoming, socket) => socket.end("HTTP/1.1 403 Forbidden\r\n\r\n"));
    await new Promise<void>((resolve) => refusing.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`;
    await expect(upload(target.url, file, { HTTP_PROXY: url }, PATIENCE_MS)).rejects.toThrow(
      /: (answered 403|write E|read E)/,
    );
    await expect(upload(target.url, file, { HTTPS_PROXY: url }, PATIENCE_MS)).rejects.toThrow(
      "answered 403 to CONNECT",
    );
    refusing.removeAllListeners("connect");
    refusing.on("connect", (_incoming, socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      socket.destroy();
    });
    await expect(upload(target.url, file, { HTTPS_PROXY: url }, PATIENCE_MS)).rejects.toThrow(/HTTPS_PROXY=.*: ./);
    refusing.closeAllConnections();
    refusing.close();
  });

  test("fails when nobody takes it, after the time it has", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as AddressInfo;
    const from = Date.now();
    await expect(upload(`http://127.0.0.1:${port}/x`, file, {}, 300)).rejects.toThrow(/aborted/i);
    expect(Date.now() - from).toBeGreaterThanOrEqual(290);
    silent.closeAllConnections();
    silent.close();
  });
});

describeRuns("the upload of a run", () => {
  test("is made at the end of each stage and fails a run that leaks proxy variables", async () => {
    const clean = await fakeRun({ type: "tracked" });
    expect(clean.uploads).toMatchObject([
      { stage: "planned", failure: null },
      { stage: "ended", failure: null },
    ]);
    expect(clean.uploads[0]?.bytes).toBeGreaterThan(0);
    for (const name of ["HTTP_PROXY", "https_proxy"]) {
      const leaking = await fakeRun({ type: "tracked", hooks: { before_plan: [`export ${name}=http://localhost:9`] } });
      expect(leaking.state).toBe("FAILED");
      expect(leaking.failure).toMatch(new RegExp(`^upload failed: PUT .*${name}=http://localhost:9`));
      expect(leaking.phases.map((phase) => phase.name)).toEqual(["init", "plan"]);
    }
  });

  test("is well when after hooks unset what before hooks exported, but not in the apply phase", async () => {
    const before = ["export HTTP_PROXY=http://localhost:9"];
    const after = ["unset HTTP_PROXY"];
    const hooks = { before_plan: before, after_plan: after };
    expect((await fakeRun({ type: "tracked", hooks })).state).toBe("FINISHED");
    // There the environment has been saved before the after hooks.
    const leaking = await fakeRun({ type: "tracked", hooks: { before_apply: before, after_apply: after } });
    expect(leaking.failure).toContain("upload failed");
    const scrub = [...after, "sed -i /^HTTP_PROXY=/d /mnt/workspace/.env_hooks_after"];
    expect((await fakeRun({ type: "tracked", hooks: { before_apply: before, after_apply: scrub } })).state).toBe(
      "FINISHED",
    );
  });

  test("is tried after a failed phase too, whose reason stays the run's", async () => {
    const hooks = { before_plan: ["export HTTP_PROXY=http://localhost:9"] };
    const result = await fakeRun({ hooks, commands: { plan: "false" } });
    expect(result.failure).toContain("plan: the phase's command ended");
    expect(result.uploads).toMatchObject([{ stage: "ended", failure: expect.stringContaining("HTTP_PROXY") }]);
  });

  test("can go to a target of the caller's", async () => {
    const target = await startUploadTarget();
    const result = await fakeRun({}, { upload: target.url });
    await target.close();
    expect(target.received.map(({ bytes }) => bytes)).toEqual([result.uploads[0]?.bytes, result.uploads[0]?.bytes]);
  });
});
