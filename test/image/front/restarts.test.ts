// SPDX-License-Identifier: Apache-2.0
import { activity } from "../../../image/spacetail/front/activity.js";
import { carefulRestarts } from "../../../image/spacetail/front/restarts.js";
import { fakeTailscaled } from "../fake-tailscaled.js";

const prefs = (ShieldsUp: boolean) =>
  fakeTailscaled(() => JSON.stringify({ RouteAll: true, CorpDNS: true, ShieldsUp }));

test("an idle node that no peer can connect to may be restarted", async () => {
  expect(await carefulRestarts(prefs(true).api, activity(), false).isAllowed()).toBe(true);
});

test("a connection through the proxies prevents it, also one that begins meanwhile", async () => {
  const current = activity();
  const { isAllowed } = carefulRestarts(prefs(true).api, current, false);
  const asked = isAllowed();
  current.begin();
  expect(await asked).toBe(false);
  expect(await isAllowed()).toBe(false);
  current.end();
  expect(await isAllowed()).toBe(true);
});

test("so do peers that may connect, by SSH for example, and kernel networking", async () => {
  expect(await carefulRestarts(prefs(false).api, activity(), false).isAllowed()).toBe(false);
  expect(await carefulRestarts(prefs(true).api, activity(), true).isAllowed()).toBe(false);
});

test("a tailscaled that does not say whom it admits is left alone", async () => {
  const { api } = fakeTailscaled(() => ({ status: 500, body: "" }));
  expect(await carefulRestarts(api, activity(), false).isAllowed()).toBe(false);
});
