// SPDX-License-Identifier: Apache-2.0
import { replayTailscale } from "../world-spacelift/replay-tailscale.js";
import { useWorld } from "./stage.js";

describe("the embedded tailnet's API", () => {
  const world = useWorld();

  test("answers what the real provider asks as the real one does", async () => {
    const { apiUrl, admin } = world().tailnet.info;
    expect(await replayTailscale(apiUrl, admin)).toEqual([]);
  });
});
