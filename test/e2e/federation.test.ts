// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { BUILDS } from "../world/images.js";
import type { IssuerSettings, RunIdentity } from "../world/spacelift/index.js";
import type { IdentityOrder } from "../world/tailnet.js";
import { describeInContainers, type Output, runOnce, TAG, useWorld } from "./stage.js";

const RUN: RunIdentity = {
  spaceId: "root",
  callerType: "stack",
  callerId: "demo",
  runType: "TRACKED",
  runId: "01JTESTRUN",
  scope: "read",
};

describeInContainers("joining with the run's identity token", () => {
  const world = useWorld();

  /** A token of the account, made while the issuer has other settings. */
  function token(settings: Partial<IssuerSettings> = {}, run: Partial<RunIdentity> = {}): string {
    const { oidc } = world();
    const usual = { ...oidc.settings };
    Object.assign(oidc.settings, settings);
    try {
      return oidc.issue({ ...RUN, ...run });
    } finally {
      Object.assign(oidc.settings, usual);
    }
  }

  async function access(order: Partial<IdentityOrder> = {}): Promise<Record<string, string>> {
    const { tailnet, oidc } = world();
    const { issuer } = oidc;
    const subject = "space:root:stack:*:run_type:*:scope:read";
    const audience = "example.app.spacelift.io";
    const trust = { scopes: ["auth_keys"], tags: [TAG], issuer, subject, audience };
    const { id } = await tailnet.makeIdentity({ ...trust, ...order });
    return { TS_CONTROL_URL: tailnet.info.controlUrl, TS_API_URL: tailnet.info.apiUrl, TS_CLIENT_ID: id };
  }

  describe.each(BUILDS)("%s", (build) => {
    /** Runs `up` and what comes after it in a fresh container, and checks that no token is shown. */
    async function up(environment: object, file: string | null = null, then = "spacetail down"): Promise<Output> {
      const output = await runOnce(world().tailnet, build, {
        environment: { TS_TRACE: "true", ...environment },
        line: `spacetail up && ${then}`,
        prepare: ({ workspace }) => {
          if (file !== null) writeFileSync(join(workspace, "spacelift.oidc"), file, { mode: 0o644 });
        },
      });
      for (const secret of world().oidc.tokens) expect(output.text).not.toContain(secret);
      return output;
    }

    /** The line that says what went wrong, between those of the trace. */
    function complaint({ code, text }: Output): string {
      expect(code).toBe(1);
      return text.split("\n").find((line) => line.startsWith("spacetail: ")) ?? text;
    }

    async function lastRefusal(): Promise<unknown> {
      const events = await world().tailnet.events();
      return events.filter(({ type }) => type === "token-refused").at(-1)?.reason;
    }

    const showTags = 'spacetail tailscale status --json | grep -o "tag:[a-z]*" | sort -u && spacetail down';

    test.each(["variable", "file", "TS_ID_TOKEN", "TS_ID_TOKEN as a file"])("with the token in %s", async (place) => {
      const environment = await access();
      const jwt = token();
      const given: Record<string, [object, string | null]> = {
        variable: [{ SPACELIFT_OIDC_TOKEN: jwt }, null],
        file: [{}, jwt],
        TS_ID_TOKEN: [{ TS_ID_TOKEN: jwt }, null],
        "TS_ID_TOKEN as a file": [{ TS_ID_TOKEN: "file:/mnt/workspace/spacelift.oidc" }, jwt],
      };
      const [variables, file] = given[place] ?? [{}, null];
      const output = await up({ ...environment, ...variables }, file, showTags);
      expect(output.code).toBe(0);
      expect(output.text).toContain(TAG);
    });

    test("with a token that an earlier phase left in the environment", async () => {
      const stale = token({ clockSkewSeconds: -7200 });
      const output = await up({ ...(await access()), SPACELIFT_OIDC_TOKEN: stale }, token());
      expect(output.code).toBe(0);
    });

    test("after the issuer has changed its key", async () => {
      await world().oidc.rotate();
      const output = await up({ ...(await access()), SPACELIFT_OIDC_TOKEN: token() });
      expect(output.code).toBe(0);
    });

    test.each([
      [{ times: 2, status: 500 }],
      [{ times: 1, status: 429, retryAfter: "1" }],
      [{ times: 1, drop: true }],
      [{ times: 1, delayMs: 300 }],
    ])("when the exchange does %j at first", async (fault) => {
      await world().tailnet.fault({ match: "POST /api/v2/oauth/token-exchange", ...fault });
      const output = await up({ ...(await access()), SPACELIFT_OIDC_TOKEN: token() });
      expect(output.code).toBe(0);
    });

    const claims = (aud: string, scope: string) =>
      `iss https://example.app.spacelift.io, aud ${aud}, sub space:root:stack:demo:run_type:TRACKED:scope:${scope}, scope ${scope}`;
    const usual = claims("example.app.spacelift.io", "read");

    test.each<[string, Partial<IssuerSettings>, string, RegExp]>([
      ["expired", { clockSkewSeconds: -7200 }, `: it expired 60 min ago (${usual}).`, /^expired at /],
      ["of a clock that is ahead", { clockSkewSeconds: 900 }, `: it becomes valid in 15 min (${usual}).`, /^nbf is /],
      ["for another audience", { audience: "vault" }, `: ${claims("vault", "read")}. The`, /^aud is \["vault"\], but/],
    ])("explains a token that is %s", async (_, settings, told, reason) => {
      const line = complaint(await up({ ...(await access()), SPACELIFT_OIDC_TOKEN: token(settings) }));
      expect(line).toContain(`spacetail: Tailscale refused the run's identity token (403: Unauthorized)${told}`);
      expect(await lastRefusal()).toMatch(reason);
    });

    test("explains a token of another subject, and names the identity", async () => {
      const environment = await access();
      const line = complaint(await up({ ...environment, SPACELIFT_OIDC_TOKEN: token({}, { scope: "write" }) }));
      expect(line).toContain(`: ${claims("example.app.spacelift.io", "write")}. The federated identity`);
      expect(line).toContain(environment.TS_CLIENT_ID);
      expect(await lastRefusal()).toMatch(/^sub "space:root:stack:demo:run_type:TRACKED:scope:write" does not match/);
    });

    test("explains a claim that no rule allows", async () => {
      const environment = await access({ customClaimRules: { callerType: "module" } });
      const line = complaint(await up({ ...environment, SPACELIFT_OIDC_TOKEN: token() }));
      expect(line).toContain(`: ${usual}. The federated identity`);
      expect(await lastRefusal()).toBe('claim callerType is "stack", which does not match "module"');
    });

    test("explains tags that the identity does not have", async () => {
      const environment = { ...(await access()), TS_OAUTH_TAGS: "tag:other" };
      const line = complaint(await up({ ...environment, SPACELIFT_OIDC_TOKEN: token() }));
      expect(line).toContain("Tailscale refused the tags tag:other");
    });

    test("explains that there is no token", async () => {
      expect(complaint(await up(await access()))).toBe(
        "spacetail: No identity token for TS_CLIENT_ID: SPACELIFT_OIDC_TOKEN and /mnt/workspace/spacelift.oidc are " +
          "missing. Free Spacelift accounts do not have them. Elsewhere, set TS_ID_TOKEN; for an OAuth client, set " +
          "TS_CLIENT_SECRET.",
      );
    });
  });
});
