// SPDX-License-Identifier: Apache-2.0
import { LANES } from "../world/images.js";
import { type RehearsalOptions, rehearse } from "../world/rehearse/rehearsal.js";
import { brokenPromises, judge } from "../world/rehearse/verdict.js";
import { describeInContainers } from "./stage.js";

describeInContainers("a whole run, from the construct to the service", () => {
  const variants: [string, Partial<RehearsalOptions>][] = [
    ["everything well", {}],
    ["the apply phase fails", { failApply: true }],
    ["another context overwrites the trap", { stealTrap: true }],
    ["both", { failApply: true, stealTrap: true }],
    ["phases in bash", { shell: ["bash"] }],
    ["a module in HCL", { from: "hcl" }],
    ["hooks in config.yml", { from: "config-yml" }],
    ["hooks in config.yml, and the apply phase fails", { from: "config-yml", failApply: true, stealTrap: true }],
    ["a plugin", { from: "plugin" }],
    ["federated", { federated: true }],
    ["federated, and the apply phase fails", { federated: true, failApply: true }],
  ];

  describe.each(LANES)("%s", (lane) => {
    test.each(variants)("%s: all promises kept", async (_, variant) => {
      const lines: string[] = [];
      const options: RehearsalOptions = { lane, print: (line) => lines.push(line), ...variant };
      const rehearsal = await rehearse(options);
      const verdict = judge(rehearsal);
      expect(brokenPromises(rehearsal, verdict, options)).toEqual([]);
      expect(verdict).toMatchObject({ reached: true, nodesLeft: 0, processesLeft: 0, envLinesLeft: 0, secretsSeen: 0 });
      expect(verdict.phases.map((phase) => phase.name)).toEqual(["init", "plan", "apply"]);
      for (const phase of verdict.phases) {
        expect(phase.upMs).toBeGreaterThan(0);
        expect(phase.firstByteMs).toBeGreaterThan(0);
        expect(phase.downMs).toBeGreaterThanOrEqual(0);
      }
      // The watch for secrets saw the processes that it is there for.
      expect(rehearsal.watched).toEqual(
        expect.arrayContaining(["environment of tailscaled", "file tailscaled.log", "file state.json"]),
      );
      const text = lines.join("\n");
      const byHand = variant.from === "config-yml" || variant.from === "plugin";
      const module = variant.from === "hcl" ? "module.tailnet." : "";
      const resource = variant.federated ? "tailscale_federated_identity" : "tailscale_oauth_client";
      const login = byHand ? "OAuth client" : `${module}${resource}`;
      for (const part of [`created   ${login}`, "joined: 100.64.", "state backend answered", "logged out"]) {
        expect(text).toContain(part);
      }
      // The search for secrets finds those that an OAuth client cannot do without; a federated login does.
      const [shell = "sh"] = variant.shell ?? [];
      const atRest = [
        ...(byHand ? [] : ["in the state"]),
        "variable TS_OAUTH_CLIENT_SECRET",
        `oauth-client in environment of ${shell}`,
      ];
      for (const place of variant.federated ? [] : atRest) {
        expect(rehearsal.secretsAtRest.filter((found) => found.endsWith(place))).not.toEqual([]);
      }
      if (variant.federated) expect(verdict.secretsAtRest).toBe(0);
      const [read, write] = variant.federated ? ["tag:spacelift-read", "tag:spacelift-write"] : [];
      const tags = read === undefined ? Array(3).fill(["tag:spacelift"]) : [[read], [read], [write]];
      expect(verdict.phases.map((phase) => phase.tags)).toEqual(tags);
    });
  });
});
