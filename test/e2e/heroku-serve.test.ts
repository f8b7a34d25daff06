// SPDX-License-Identifier: Apache-2.0
// heroku-tailscale-serve.sh, with Tailscale's own package and a certificate authority.
import { chmodSync, readFileSync } from "node:fs";
import { get } from "node:https";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { type Authority, startAuthority } from "../world/authority.js";
import { STOCK_VERSION } from "../world/machines/stock-package.js";
import { ROOT } from "../world/world.js";
import { type Bucket, startBucket } from "./heroku/bucket.js";
import { type Dyno, dynoProblem, startDyno } from "./heroku/dyno.js";
import { type BuiltBuildpack, makeBuildpack } from "./heroku/packages.js";
import { proxychainsRepository } from "./heroku/proxychains.js";
import { Slug } from "./heroku/slug.js";
import { type StockServer, serveStock } from "./heroku/stock.js";
import { TAG, useWorld } from "./stage.js";

const README = readFileSync(join(ROOT, "image/hosts/heroku/README.md"), "utf8");

/** The process of the README's Procfile. */
const COMMAND = /^admin_web: (.*)$/m.exec(README)?.[1] ?? "";

/** The README's commands for certificates. */
const CERTIFICATES = Object.fromEntries(
  [...README.matchAll(/^heroku config:set (TAILSCALE_CERTIFICATE_\w+)='(.*)'$/gm)].map(([, name, text]) => [
    name,
    text,
  ]),
);

/** A web server that is started as the README starts its own. */
const UVICORN =
  '#!/bin/sh\necho "this app: $*"\nexec python3 -u -m http.server "$4" --bind "$2" --directory /app/public\n';

/** Where the README keeps certificates. */
const KEPT = "/my-bucket/certs";

/** What a page says, and which certificate its server has. */
interface Seen {
  readonly text: string;
  readonly fingerprint: string;
}

/** Gets the page of a host from a port that leads to it. */
async function ask(port: number, host: string, ca: string): Promise<Seen> {
  return await new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, servername: host, headers: { host }, ca, agent: false } as const;
    get(options, (reply) => {
      const fingerprint = (reply.socket as TLSSocket).getPeerCertificate().fingerprint256;
      let text = "";
      reply.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
      });
      reply.on("end", () => resolve({ text, fingerprint }));
    }).on("error", reject);
  });
}

const reason = dynoProblem();
if (reason !== null) console.warn(`skipped: an app on Heroku that is served to the tailnet: ${reason}`);

(reason === null ? describe : describe.skip)("an app on Heroku that is served to the tailnet", () => {
  const world = useWorld();
  let buildpack: BuiltBuildpack;
  let packages: StockServer;
  let slug: Slug;
  let authority: Authority;
  let bucket: Bucket;
  const dynos: Dyno[] = [];

  beforeAll(async () => {
    [buildpack, packages] = [await makeBuildpack(), await serveStock()];
    // The app's own programs, and the root of the authority's HTTPS server.
    slug = Slug.make({
      ".profile": "export PATH=$HOME/bin:$PATH\n",
      "bin/uvicorn": UVICORN,
      "ca.pem": world().rootCertificate,
      "public/index.html": "for the tailnet only\n",
    });
    const built = await slug.build(buildpack.folder, {
      TAILSCALE_BUILD_PROXYCHAINS_REPO: proxychainsRepository(),
      TAILSCALE_BUILD_TS_URL: packages.url,
      TAILSCALE_BUILD_TS_VERSION: STOCK_VERSION,
    });
    if (built.code !== 0) throw new Error(built.text);
    await world().tailnet.network({ https: true });
  });
  /** An authority whose certificates are valid for some days, and an empty bucket. */
  async function open(days: number): Promise<void> {
    authority = await startAuthority(world().tailnet, days);
    bucket = await startBucket();
    slug.write("bin/aws", bucket.aws);
    for (const name of ["aws", "uvicorn"]) chmodSync(join(slug.dir, "bin", name), 0o755);
  }
  afterEach(async () => {
    for (const dyno of dynos.splice(0)) await dyno.stop().catch(() => {});
    for (const { name } of await world().tailnet.joinedNodes()) await world().tailnet.deleteNode(name);
    await authority.close();
    await bucket.close();
  });
  afterAll(async () => {
    slug?.remove();
    await packages?.close();
    await buildpack?.close();
  });

  async function start(more: object = {}, command = COMMAND): Promise<Dyno> {
    const { id: _, secret } = await world().tailnet.makeClient(["auth_keys", "devices:core"], [TAG]);
    const config = {
      TS_CONTROL_URL: world().tailnet.info.controlUrl,
      TS_API_URL: world().tailnet.info.apiUrl,
      TS_DEBUG_ACME_DIRECTORY_URL: authority.directoryUrl,
      SSL_CERT_FILE: "/app/ca.pem",
      TAILSCALE_OAUTH_CLIENT_SECRET: secret,
      TAILSCALE_ADVERTISE_TAGS: TAG,
      TAILSCALE_TIMEOUT: "5m",
      TAILSCALED_VERBOSE: "0",
      ...CERTIFICATES,
      ...more,
    };
    const dyno = startDyno(slug, { name: "admin_web.1", command, config });
    dynos.push(dyno);
    return dyno;
  }
  /** What somebody on the tailnet sees at https://NAME.tail.test, whose certificate must be the authority's. */
  async function visit(name: string): Promise<Seen> {
    for (let left = 5; ; left -= 1) {
      await world().tailnet.knows("db", name);
      const door = await world().tailnet.door("db", `${name}:443`);
      try {
        return await ask(door, `${name}.tail.test`, authority.root);
      } catch (error) {
        // The peer may know the machine that had the name before.
        if (left === 0) throw error;
      }
    }
  }
  async function proofs(): Promise<unknown[]> {
    return (await world().tailnet.events()).filter(({ type }) => type === "name-set").map(({ name }) => name);
  }
  const served = (dyno: Dyno): Promise<unknown> => dyno.prints(/^Serving HTTP on 127\.0\.0\.1 port 8000/m);
  const names = async (): Promise<string[]> => (await world().tailnet.joinedNodes()).map(({ name }) => name);

  test("all seven steps, and the certificate of the first dyno in the second one", async () => {
    await open(90);
    const before = (await proofs()).length;
    // GIVEN an app that nobody has served yet
    const first = await start();
    await served(first);
    // THEN its log has the steps in their order
    const steps = [
      "on the tailnet as 2c3a0b24-admin-web-1-myapp.tail.test",
      "https://myapp.tail.test (tailnet only)",
      "|-- / proxy http://127.0.0.1:8000",
      "this app: --host 127.0.0.1 --port 8000 project.asgi:application",
    ];
    const places = steps.map((step) => first.text().indexOf(step));
    expect({ places, text: first.text() }).toEqual({ places: [...places].sort((a, b) => a - b), text: first.text() });
    expect(places).not.toContain(-1);
    expect(first.text()).not.toMatch(/failed|No command|nobody removes/);
    // AND people of the tailnet see it, with a certificate that the authority issued for a proof of the name
    const seen = await visit("myapp");
    expect(seen.text).toBe("for the tailnet only\n");
    expect((await proofs()).slice(before)).toEqual(["_acme-challenge.myapp.tail.test"]);
    expect(bucket.requests).toEqual([`GET ${KEPT}`, `PUT ${KEPT}`]);
    await first.stop();
    expect(await names()).toEqual(["myapp"]);

    // WHEN another dyno takes its place
    const second = await start();
    await served(second);
    // THEN the machine of the first is gone, and the certificate is the same
    expect(second.text()).toContain("spacetail: removed myapp.tail.test from the tailnet.\n");
    expect(await names()).toEqual(["myapp"]);
    expect(await visit("myapp")).toEqual(seen);
    expect((await proofs()).slice(before)).toHaveLength(1);
    expect(bucket.requests).toEqual([`GET ${KEPT}`, `PUT ${KEPT}`, `GET ${KEPT}`, `PUT ${KEPT}`]);
  });

  test("a dyno gets the name also if it has asked for it before, when another machine had it", async () => {
    await open(90);
    const hostname = { TAILSCALE_HOSTNAME: "admin" };
    const first = await start(hostname);
    await served(first);
    await first.prints(/on the tailnet as admin\.tail\.test/);
    await first.stop();
    const second = await start(hostname);
    await second.prints(/on the tailnet as admin-1\.tail\.test/);
    await served(second);
    expect(second.text()).toContain("spacetail: removed admin.tail.test from the tailnet.\n");
    expect((await visit("admin")).text).toBe("for the tailnet only\n");
    expect(await names()).toEqual(["admin"]);
  });

  test("a certificate that is due is renewed by the account that got it, and stored again", async () => {
    await open(20);
    const first = await start();
    await served(first);
    const seen = await visit("myapp");
    await first.stop();
    const second = await start();
    await served(second);
    const next = await visit("myapp");
    expect(next.fingerprint).not.toBe(seen.fingerprint);
    expect(authority.log()).toMatch(/ARI: order "\S+" is a replacement of "\S+"/);
    await second.stop();

    // WHEN the account is not kept THEN the old certificate is used
    const store = 'rm "$CERTIFICATE_FOLDER/acme-account.key.pem"; ';
    const RESTORE = `${CERTIFICATES.TAILSCALE_CERTIFICATE_RESTORE}; ${store}`;
    const third = await start({ TAILSCALE_CERTIFICATE_RESTORE: RESTORE });
    await served(third);
    expect(third.text()).toContain(
      "-----> The certificate could not be renewed: the old one is used until it expires.\n",
    );
    expect(await visit("myapp")).toEqual(next);
  });

  test("Tailscale's own package also carries the connections of a dyno", async () => {
    await open(90);
    const dyno = await start({}, "curl -sS http://state/hello; tailscale version");
    const { code, stdout } = await dyno.output;
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(new RegExp(`^hello from the tailnet\\n${STOCK_VERSION}\\n`)),
    });
  });

  test("commands that fail, and none, are said, and the app is served", async () => {
    await open(90);
    const dyno = await start({ TAILSCALE_CERTIFICATE_RESTORE: "false", TAILSCALE_CERTIFICATE_STORE: "" });
    await served(dyno);
    const variable = (name: string): string => `certificate (TAILSCALE_CERTIFICATE_${name})`;
    expect(dyno.text()).toContain(`-----> The command to restore the ${variable("RESTORE")} failed.\n`);
    expect(dyno.text()).toContain(`-----> No command to store the ${variable("STORE")}.\n`);
    expect((await visit("myapp")).text).toBe("for the tailnet only\n");
  });

  test("without a command of its own, it leaves the app to the script that calls it", async () => {
    await open(90);
    const [, script = ""] = /```sh\n(heroku-tailscale-serve\.sh 8000\n[\s\S]*?)```/.exec(README) ?? [];
    const dyno = await start({}, script);
    await served(dyno);
    expect((await visit("myapp")).text).toBe("for the tailnet only\n");
  });
});
