// SPDX-License-Identifier: Apache-2.0
import { GOLDEN_FEDERATED_IDENTITY, GOLDEN_OAUTH_CLIENT } from "../world-tests/spacelift/golden.js";
import { replayTailscale } from "../world-tests/spacelift/replay-tailscale.js";
import { useWorld } from "./stage.js";

describe("the embedded tailnet's API", () => {
  const world = useWorld();

  test.each([
    ["an OAuth client", GOLDEN_OAUTH_CLIENT],
    ["a federated identity", GOLDEN_FEDERATED_IDENTITY],
  ])("answers what the real provider asks about %s as the real one does", async (_, steps) => {
    const { apiUrl, admin } = world().tailnet.info;
    expect(await replayTailscale(apiUrl, admin, steps)).toEqual([]);
  });
});
