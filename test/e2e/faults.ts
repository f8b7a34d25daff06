// SPDX-License-Identifier: Apache-2.0
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onIpv6 } from "../world/ipv6.js";
import type { Tailnet } from "../world/tailnet.js";
import { eventually, type Output, REACH, type Stage, untilAsked } from "./stage.js";

/** What a fault has to work with. */
export interface Scene {
  readonly stage: Stage;
  readonly tailnet: Tailnet;
}

/** One thing that goes wrong, and what people see of it. Whatever it is, nothing may be left behind. */
export interface FaultRow {
  readonly name: string;
  /** Variables of all commands. */
  readonly environment?: object;
  readonly act: (scene: Scene) => Promise<void>;
  /** True if nobody is left who could log the node out, and its control server keeps it as it never was online. */
  readonly stays?: boolean;
  /** True if the shell goes on with a proxy variable of ours, so that the record of the run's own is still needed. */
  readonly keepsRecord?: boolean;
}

/** Nothing is watched, so that nothing else cleans up. */
const UP = "spacetail up --watch none";

const SUPERVISOR = /supervise$/;
const DAEMON = /^\S*tailscaled --tun/;

/** Where a tunnel is when something happens to it. Each brings a fresh one there. */
const STEPS: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  "starts tailscaled": async ({ stage, tailnet }) => {
    await tailnet.fault({ match: "POST /api/v2/oauth/token", times: 1, delayMs: 600_000 });
    stage.start(UP);
    await stage.find(DAEMON);
  },
  registers: async ({ stage, tailnet }) => {
    await tailnet.settings({ registerDelayMs: 3000 });
    const since = (await tailnet.events()).length;
    stage.start(UP);
    await untilAsked(tailnet, since);
    await tailnet.settings({ registerDelayMs: 0 });
  },
  "is up": async ({ stage }) => {
    expect(await stage.run(UP)).toMatchObject({ code: 0 });
  },
  leaves: async ({ stage, tailnet }) => {
    expect(await stage.run(UP)).toMatchObject({ code: 0 });
    await tailnet.fault({ match: "control register", times: 1, delayMs: 2000 });
    stage.start("spacetail down");
    await stage.run("until spacetail status | grep -q '^going down'; do sleep 0.02; done");
  },
};

/** A process that is killed with SIGKILL at each step. */
function killed(name: string, line: RegExp): FaultRow[] {
  return Object.entries(STEPS).map(([step, bring]) => ({
    name: `${name} is killed while the tunnel ${step}`,
    stays: step === "registers",
    act: async (scene) => {
      await bring(scene);
      const { pid } = await scene.stage.find(line);
      await scene.stage.run(`kill -KILL ${pid}`);
      expect(await scene.stage.run("spacetail down")).toMatchObject({ code: 0 });
    },
  }));
}

/** `up` fails with this line. */
async function expectFailure({ stage }: Scene, environment: object, line: RegExp): Promise<void> {
  const output = await stage.run(UP, environment);
  expect(output).toMatchObject({ code: 1, text: expect.stringMatching(line) });
}

/** `up`, a service, and `down` work. */
async function expectPhase({ stage }: Scene, environment: object = {}): Promise<Output> {
  const output = await stage.run(`${UP} && ${REACH} && spacetail down`, environment);
  expect(output).toMatchObject({
    code: 0,
    text: expect.stringMatching(/hello from the tailnet[\s\S]*off the tailnet/),
  });
  return output;
}

const SOON = { TS_BOOT_TIMEOUT: "4s" };

export const FAULTS: readonly FaultRow[] = [
  ...killed("tailscaled", DAEMON),
  ...killed("the supervisor", SUPERVISOR),
  {
    name: "control and API are down at the start",
    act: async (scene) => {
      await scene.tailnet.control("refuse");
      await expectFailure(scene, SOON, /cannot be reached \(.*ECONNREFUSED/);
      await scene.tailnet.control("up");
    },
  },
  {
    name: "control and API are frozen at the start",
    act: async (scene) => {
      await scene.tailnet.control("freeze");
      await expectFailure(scene, SOON, /cannot be reached \(no answer in time\)/);
      await scene.tailnet.control("up");
    },
  },
  {
    name: "control goes away while the tunnel is up, and comes back",
    act: async (scene) => {
      await scene.stage.run(`${UP} && ${REACH}`);
      await scene.tailnet.control("refuse");
      expect((await scene.stage.run(REACH)).text).toContain("hello from the tailnet");
      await scene.tailnet.control("up");
      expect(await scene.stage.run("spacetail down")).toMatchObject({ code: 0 });
    },
  },
  {
    name: "the relay is down all the time",
    act: async (scene) => {
      await scene.tailnet.relay("refuse");
      expect(await scene.stage.run(`${UP} && spacetail down`)).toMatchObject({ code: 0 });
      await scene.tailnet.relay("up");
    },
  },
  {
    name: "the relay is lost while the tunnel is up",
    act: async (scene) => {
      await scene.stage.run(`${UP} && ${REACH}`);
      await scene.tailnet.relay("refuse");
      expect((await scene.stage.run(REACH)).text).toContain("hello from the tailnet");
      expect(await scene.stage.run("spacetail down")).toMatchObject({ code: 0 });
      await scene.tailnet.relay("up");
    },
  },
  {
    name: "everybody joins at once: 429 from API and control",
    act: async (scene) => {
      for (const match of ["POST /api/v2/oauth/token", "POST /api/v2/tailnet", "control register"])
        await scene.tailnet.fault({ match, times: 2, status: 429, retryAfter: "1" });
      await expectPhase(scene);
    },
  },
  {
    name: "logouts are refused with 429 and 500 for a while",
    act: async (scene) => {
      await scene.stage.run(UP);
      await scene.tailnet.fault({ match: "control register", times: 2, status: 429, retryAfter: "1" });
      await scene.tailnet.fault({ match: "control register", times: 2, status: 500 });
      expect(await scene.stage.run("spacetail down")).toMatchObject({ code: 0 });
    },
  },
  {
    name: "the connection breaks when the node registers",
    act: async (scene) => {
      await scene.tailnet.fault({ match: "control register", times: 1, drop: true });
      await expectPhase(scene);
    },
  },
  {
    name: "a home directory that cannot be written to, or is missing",
    act: async (scene) => {
      for (const HOME of ["/proc", "/nowhere", ""]) await expectPhase(scene, { HOME });
    },
  },
  {
    name: "a hostile environment",
    keepsRecord: true,
    act: async (scene) => {
      const proxy = "http://localhost:8080";
      await expectPhase(scene, {
        PORT: "1080",
        HTTP_PROXY: proxy,
        http_proxy: proxy,
        HTTPS_PROXY: proxy,
        ALL_PROXY: "socks5://localhost:1080",
        NO_PROXY: "127.0.0.1",
        LD_PRELOAD: "/nowhere/lib.so",
        LC_ALL: "tr_TR.UTF-8",
        LANG: "xx_YY",
        TZ: "Nowhere/None",
        IFS: "/",
        GODEBUG: "nonsense=1",
        TS_DEBUG_MTU: "1280",
        COLUMNS: "1",
      });
    },
  },
  {
    name: "the clock is wrong: the certificates of API and control are not valid yet",
    act: async (scene) => {
      const { https, caFile } = scene.tailnet.info;
      const early = https.early.replace("127.0.0.1", "localhost");
      copyFileSync(caFile, join(scene.stage.workspace, "ca.pem"));
      const trust = { SSL_CERT_FILE: "/mnt/workspace/ca.pem" };
      const access = { TS_CONTROL_URL: early, TS_API_URL: early, ...trust };
      await expectFailure(scene, access, /^spacetail: The certificate of \S+ is not valid yet/);
    },
  },
  {
    name: "everything is killed at once",
    act: async ({ stage }) => {
      await stage.run(UP);
      const [supervisor, daemon] = [await stage.find(SUPERVISOR), await stage.find(DAEMON)];
      await stage.run(`kill -KILL ${supervisor.pid} ${daemon.pid}; spacetail down`);
    },
  },
  {
    name: "there is no IPv6",
    act: async (scene) => {
      // The tests have a network of their own.
      const off = "/proc/sys/net/ipv6/conf/all/disable_ipv6";
      const before = readFileSync(off, "utf8");
      writeFileSync(off, "1");
      try {
        await expectPhase(scene);
      } finally {
        writeFileSync(off, before);
      }
    },
  },
  {
    name: "control, API and relay can be reached by IPv6 only",
    act: async (scene) => {
      const { controlUrl, relayPort } = scene.tailnet.info;
      const port = Number(new URL(controlUrl).port);
      const url = `http://[::1]:${port}`;
      const access = { TS_CONTROL_URL: url, TS_API_URL: url };
      const control = await onIpv6(port);
      const relay = await onIpv6(relayPort);
      await scene.tailnet.network({ relayHost: "relay.corp.test", relayIPv4: "none", relayIPv6: "::1" });
      try {
        expect(await scene.stage.run(`${UP} && ${REACH}`, access)).toMatchObject({
          code: 0,
          text: expect.stringContaining("hello from the tailnet"),
        });
        expect(control.connections()).toBeGreaterThan(0);
        await eventually(async () => relay.connections() > 0, "the relay is used");
        expect(await scene.stage.run("spacetail down", access)).toMatchObject({
          code: 0,
          text: expect.stringContaining("off the tailnet"),
        });
      } finally {
        await scene.tailnet.network({});
        control.close();
        relay.close();
      }
    },
  },
];
