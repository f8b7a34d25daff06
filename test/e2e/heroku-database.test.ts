// SPDX-License-Identifier: Apache-2.0
// Clients of a database on the tailnet in dynos of Heroku: psql and psycopg, through a forward and through proxychains.
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { containerSupport } from "../world/runs/index.js";
import { ROOT } from "../world/world.js";
import { type Database, databaseProblem, startDatabase } from "./heroku/database.js";
import { dynoProblem, runDyno } from "./heroku/dyno.js";
import { type BuiltBuildpack, makeBuildpack } from "./heroku/packages.js";
import { proxychainsProblem, proxychainsRepository } from "./heroku/proxychains.js";
import { Slug } from "./heroku/slug.js";
import { TAG, useWorld } from "./stage.js";

const PYTHON = join(ROOT, ".cache/world/clients/python");

const QUERY = "SELECT 6 * 7";

const psql = (url: string): string => `psql --no-psqlrc -At -c "${QUERY}" "${url}"`;
const psycopg = (url: string): string =>
  `python3 -c 'import psycopg; print(psycopg.connect("${url}").execute("${QUERY}").fetchone()[0])'`;

const reason = dynoProblem() ?? containerSupport() ?? databaseProblem();
if (reason !== null) console.warn(`skipped: a database for dynos of Heroku: ${reason}`);

(reason === null ? describe : describe.skip)("a database on the tailnet", () => {
  const world = useWorld();
  let buildpack: BuiltBuildpack;
  let slug: Slug;
  let database: Database;
  let config: Record<string, string>;
  beforeAll(async () => {
    buildpack = await makeBuildpack();
    slug = Slug.make();
    const built = await slug.build(buildpack.folder, { TAILSCALE_BUILD_PROXYCHAINS_REPO: proxychainsRepository() });
    if (built.code !== 0) throw new Error(built.text);
    if (existsSync(PYTHON)) cpSync(PYTHON, join(slug.dir, "python"), { recursive: true });
    database = await startDatabase(world().tailnet);
    const { key } = await world().tailnet.makeKey({ tags: [TAG], reusable: true, preauthorized: true });
    config = {
      TS_CONTROL_URL: world().tailnet.info.controlUrl,
      TAILSCALE_AUTH_KEY: key,
      TAILSCALE_TIMEOUT: "5m",
      PYTHONPATH: "/app/python",
    };
  });
  afterAll(async () => {
    await database?.close();
    slug?.remove();
    await buildpack?.close();
  });

  const CLIENTS = [
    ["psql", psql, null],
    ["psycopg", psycopg, existsSync(join(PYTHON, "psycopg")) ? null : "psycopg could not be installed"],
  ] as const;

  describe.each(CLIENTS)("%s", (name, client, problem) => {
    if (problem !== null) console.warn(`skipped: ${name} in dynos of Heroku: ${problem}`);
    const usual = problem === null ? test : test.skip;

    usual("connects through a forward", async () => {
      const command = client(database.url("localhost", 15432));
      const more = { ...config, TS_FORWARDS: "15432:database:5432" };
      const options = { name: "worker.1", command, config: more };
      expect(await runDyno(slug, options)).toMatchObject({ code: 0, stdout: "42\n" });
    });

    usual("connects through a forward of `spacetail run`", async () => {
      const url = database.url("localhost", 15432);
      const command = `spacetail run --capture=off --forward 15432:database:5432 -- ${client(url)}`;
      const options = { name: "release.1", command, config };
      expect(await runDyno(slug, options)).toMatchObject({ code: 0, stdout: "42\n" });
    });

    const lack = problem ?? proxychainsProblem();
    if (lack !== null && problem === null) console.warn(`skipped: ${name} through proxychains: ${lack}`);
    const chained = lack === null ? test : test.skip;

    chained.each([
      ["by name", "database"],
      ["by its full name", "database.tail.test"],
      ["by address", ""],
    ])("connects through proxychains, %s", async (_, host) => {
      const url = database.url(host === "" ? database.address : host);
      const command = `proxychains4 -f vendor/proxychains-ng/conf/proxychains.conf ${client(url)}`;
      expect(await runDyno(slug, { name: "worker.1", command, config })).toMatchObject({ code: 0, stdout: "42\n" });
    });
  });

  const problem = proxychainsProblem();
  const chained = problem === null ? test : test.skip;

  chained("a proxychains.conf in the directory of the app is found without a flag", async () => {
    const own = Slug.make({ "proxychains.conf": "strict_chain\nproxy_dns\n[ProxyList]\nsocks5 127.0.0.1 1077\n" });
    try {
      const built = await own.build(buildpack.folder, { TAILSCALE_BUILD_PROXYCHAINS_REPO: proxychainsRepository() });
      expect(built.code).toBe(0);
      const command = `proxychains4 ${psql(database.url("database"))}`;
      const options = { name: "worker.1", command, config: { ...config, TS_SOCKS5_SERVER: "localhost:1077" } };
      const { code, stdout, stderr } = await runDyno(own, options);
      expect({ code, stdout }).toEqual({ code: 0, stdout: "42\n" });
      // It is not quiet.
      expect(stderr).toContain("127.0.0.1:1077");
    } finally {
      own.remove();
    }
  });

  chained("the file of the buildpack names the port that listens", async () => {
    const command = `proxychains4 -f vendor/proxychains-ng/conf/proxychains.conf ${psql(database.url("database"))}`;
    const options = { name: "worker.1", command, config: { ...config, TS_SOCKS5_SERVER: "localhost:1077" } };
    expect(await runDyno(slug, options)).toMatchObject({ code: 0, stdout: "42\n" });
  });

  chained("heroku-tailscale-test.sh shows the answer of hello.ts.net", async () => {
    const name = { Name: "hello.ts.net", Value: database.address };
    await world().tailnet.network({ dns: { Proxied: true, ExtraRecords: [name] } });
    const { code, stdout } = await runDyno(slug, { name: "run.1", command: "heroku-tailscale-test.sh", config });
    expect(stdout).toContain('<a href="https://hello.ts.net">Found</a>.\n');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/\n-----> It works\.\n$/) });
    expect(stdout).toContain(" database ");

    await world().tailnet.network({});
    const failed = await runDyno(slug, { name: "run.1", command: "heroku-tailscale-test.sh", config });
    expect(failed).toMatchObject({ code: 1, stdout: expect.stringContaining("-----> The answer should be <a href=") });
  });
});
