// SPDX-License-Identifier: Apache-2.0
import { BUILDS } from "../world/images.js";
import { type Rehearsal, type RehearsalOptions, rehearse } from "../world/rehearse/rehearsal.js";
import { brokenPromises, judge, type Verdict } from "../world/rehearse/verdict.js";
import { describeInContainers } from "./stage.js";

/** What a rehearsal is expected to show besides its promises. */
interface Expected {
  /** The login that its timeline says was created. */
  readonly login: string;
  /** The tags of the node in init, plan and apply. */
  readonly tags: readonly (readonly string[])[];
  /** Those of {@link PLACES} where the search for secrets must find some: an OAuth client cannot do without them. */
  readonly secretsAtRest: readonly string[];
}

const IN_STATE = "in the state";
const IN_ACCOUNT = "variable TS_OAUTH_CLIENT_SECRET";
const IN_SH = "oauth-client in environment of sh";
const IN_BASH = "oauth-client in environment of bash";

/** The ends of the places where the search for secrets may find some. */
const PLACES = [IN_STATE, IN_ACCOUNT, IN_SH, IN_BASH];

const ONE_TAG = [["tag:spacelift"], ["tag:spacelift"], ["tag:spacelift"]];
const OAUTH: Expected = {
  login: "tailscale_oauth_client",
  tags: ONE_TAG,
  secretsAtRest: [IN_STATE, IN_ACCOUNT, IN_SH],
};
/** The OAuth client exists already, and no state knows of it. */
const BY_HAND: Expected = { login: "OAuth client", tags: ONE_TAG, secretsAtRest: [IN_ACCOUNT, IN_SH] };
const FEDERATED: Expected = {
  login: "tailscale_federated_identity",
  tags: [["tag:spacelift-read"], ["tag:spacelift-read"], ["tag:spacelift-write"]],
  secretsAtRest: [],
};
const BASH: Expected = { ...OAUTH, secretsAtRest: [IN_STATE, IN_ACCOUNT, IN_BASH] };

/** What the build for Node cannot do, or is not published for. */
const NATIVE: [string, Partial<RehearsalOptions>, Expected][] = [
  ["captured", { capture: true }, OAUTH],
  ["an image without spacetail, whose runs fetch it", { fetch: true }, OAUTH],
  [
    "the same image, whose runs fetch by a plugin, and the apply phase fails",
    { from: "plugin", fetch: true, failApply: true },
    BY_HAND,
  ],
];

const VARIANTS: [string, Partial<RehearsalOptions>, Expected][] = [
  ["everything goes well", {}, OAUTH],
  ["the apply phase fails", { failApply: true }, OAUTH],
  ["another context overwrites the trap", { stealTrap: true }, OAUTH],
  ["the apply phase fails, and another context overwrites the trap", { failApply: true, stealTrap: true }, OAUTH],
  ["phases in bash", { shell: ["bash"] }, BASH],
  ["a module in HCL", { from: "hcl" }, { ...OAUTH, login: "module.tailnet.tailscale_oauth_client" }],
  ["hooks in config.yml", { from: "config-yml" }, BY_HAND],
  ["hooks in config.yml, and the apply phase fails", { from: "config-yml", failApply: true, stealTrap: true }, BY_HAND],
  ["a plugin", { from: "plugin" }, BY_HAND],
  ["federated", { federated: true }, FEDERATED],
  ["federated, and the apply phase fails", { federated: true, failApply: true }, FEDERATED],
];

describeInContainers("a whole run, from the construct to the service", () => {
  describe.each(BUILDS)("%s", (build) => {
    describe.each(build === "native" ? [...VARIANTS, ...NATIVE] : VARIANTS)("%s", (_, variant, expected) => {
      const lines: string[] = [];
      const options: RehearsalOptions = { build, print: (line) => lines.push(line), ...variant };
      let rehearsal: Rehearsal;
      let verdict: Verdict;

      beforeAll(async () => {
        rehearsal = await rehearse(options);
        verdict = judge(rehearsal);
      });

      test("all promises are kept", () => {
        expect(brokenPromises(rehearsal, verdict, options)).toEqual([]);
        const nothing = { nodesLeft: 0, processesLeft: 0, envLinesLeft: 0, secretsSeen: 0 };
        expect(verdict).toMatchObject({ reached: true, ...nothing });
      });

      test("init, plan and apply join under their tags, and take some time", () => {
        expect(verdict.phases.map(({ name, tags }) => [name, tags])).toEqual(
          ["init", "plan", "apply"].map((name, i) => [name, expected.tags[i]]),
        );
        for (const { upMs, firstByteMs, downMs } of verdict.phases) {
          expect(upMs).toBeGreaterThan(0);
          expect(firstByteMs).toBeGreaterThan(0);
          expect(downMs).toBeGreaterThanOrEqual(0);
        }
      });

      test("the timeline shows what happened", () => {
        const text = lines.join("\n");
        const parts = [`created   ${expected.login}`, "joined: 100.64.", "state backend answered", "logged out"];
        for (const part of parts) expect(text).toContain(part);
      });

      test("the watch for secrets saw the processes and files that it is there for", () => {
        const places = ["environment of tailscaled", "file tailscaled.log", "file state.json"];
        expect(rehearsal.watched).toEqual(expect.arrayContaining(places));
      });

      test("the search for secrets finds those that the login cannot do without, and no others", () => {
        const found = PLACES.filter((place) => rehearsal.secretsAtRest.some((one) => one.endsWith(place)));
        expect(found).toEqual(expected.secretsAtRest);
        expect(verdict.secretsAtRest > 0).toBe(expected.secretsAtRest.length > 0);
      });
    });
  });
});
