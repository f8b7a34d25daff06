// SPDX-License-Identifier: Apache-2.0
import { LANES } from "../world/images.js";
import { type Rehearsal, type RehearsalOptions, rehearse } from "../world/rehearse/rehearsal.js";
import { brokenPromises, judge, type Verdict } from "../world/rehearse/verdict.js";
import { describeInContainers } from "./stage.js";

/** A run, and what is expected of it besides what all of them promise. */
interface Variant {
  readonly options: Partial<RehearsalOptions>;
  /** The login that the program or the person makes. */
  readonly login: string;
  /** The tags that the run joins under while it initializes, plans and applies. */
  readonly tags: readonly [string, string, string];
  /** The places where this login cannot do without a secret. */
  readonly secrets: readonly string[];
}

const TAG = "tag:spacelift";
const IN_STATE = "in the state";
const IN_ACCOUNT = "variable TS_OAUTH_CLIENT_SECRET";
const IN_SH = "oauth-client in environment of sh";
const IN_BASH = "oauth-client in environment of bash";

const CLIENT = {
  login: "tailscale_oauth_client",
  tags: [TAG, TAG, TAG],
  secrets: [IN_STATE, IN_ACCOUNT, IN_SH],
} as const;
const BY_HAND = { login: "OAuth client", tags: [TAG, TAG, TAG], secrets: [IN_ACCOUNT, IN_SH] } as const;
const FEDERATED = {
  login: "tailscale_federated_identity",
  tags: [`${TAG}-read`, `${TAG}-read`, `${TAG}-write`],
  secrets: [],
} as const;

const VARIANTS: Readonly<Record<string, Variant>> = {
  "everything well": { options: {}, ...CLIENT },
  "the apply phase fails": { options: { failApply: true }, ...CLIENT },
  "another context overwrites the trap": { options: { stealTrap: true }, ...CLIENT },
  "the apply phase fails, and another context overwrites the trap": {
    options: { failApply: true, stealTrap: true },
    ...CLIENT,
  },
  "phases in bash": { options: { shell: ["bash"] }, ...CLIENT, secrets: [IN_STATE, IN_ACCOUNT, IN_BASH] },
  "a module in HCL": { options: { from: "hcl" }, ...CLIENT, login: "module.tailnet.tailscale_oauth_client" },
  "hooks in config.yml": { options: { from: "config-yml" }, ...BY_HAND },
  "hooks in config.yml, the apply phase fails": {
    options: { from: "config-yml", failApply: true, stealTrap: true },
    ...BY_HAND,
  },
  "a plugin": { options: { from: "plugin" }, ...BY_HAND },
  federated: { options: { federated: true }, ...FEDERATED },
  "federated, the apply phase fails": { options: { federated: true, failApply: true }, ...FEDERATED },
};

const RUNS = LANES.flatMap((lane) =>
  Object.entries(VARIANTS).map(([name, variant]) => [`${lane}: ${name}`, lane, variant] as const),
);

describeInContainers("a whole run, from the construct to the service", () => {
  describe.each(RUNS)("%s", (_, lane, { options, login, tags, secrets }) => {
    const lines: string[] = [];
    const given: RehearsalOptions = { lane, print: (line) => lines.push(line), ...options };
    let rehearsal: Rehearsal;
    let verdict: Verdict;
    beforeAll(async () => {
      rehearsal = await rehearse(given);
      verdict = judge(rehearsal);
    });

    test("keeps all promises", () => {
      expect(brokenPromises(rehearsal, verdict, given)).toEqual([]);
      expect(verdict).toMatchObject({ reached: true, nodesLeft: 0, processesLeft: 0, envLinesLeft: 0, secretsSeen: 0 });
    });

    test("has figures for every phase", () => {
      const figures = { upMs: expect.any(Number), firstByteMs: expect.any(Number), downMs: expect.any(Number) };
      expect(verdict.phases).toEqual(
        ["init", "plan", "apply"].map((name, i) => ({ name, tags: [tags[i]], ...figures })),
      );
      for (const { upMs, firstByteMs, downMs } of verdict.phases) {
        expect(Math.min(upMs, firstByteMs)).toBeGreaterThan(0);
        expect(downMs).toBeGreaterThanOrEqual(0);
      }
    });

    test("is told as it happens", () => {
      const text = lines.join("\n");
      for (const part of [`created   ${login}`, "joined: 100.64.", "state backend answered", "logged out"])
        expect(text).toContain(part);
    });

    test("is watched for secrets where they could be seen", () => {
      const places = ["environment of tailscaled", "file tailscaled.log", "file state.json"];
      expect(rehearsal.watched).toEqual(expect.arrayContaining(places));
    });

    test("has secrets only where its login cannot do without them", () => {
      const places = [IN_STATE, IN_ACCOUNT, IN_SH, IN_BASH];
      const found = places.filter((place) => rehearsal.secretsAtRest.some((one) => one.endsWith(place)));
      expect(found).toEqual(secrets);
      expect(verdict.secretsAtRest > 0).toBe(secrets.length > 0);
    });
  });
});
