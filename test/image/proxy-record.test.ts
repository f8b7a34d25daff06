// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportedValues } from "../../contract/index.js";
import { readSettings } from "../../contract/wire/settings.js";
import { emptyRecord, readRecord, writeRecord } from "../../image/spacetail/proxies/proxy-record.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "proxy-record-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test.each(["", "ALL_PROXY"])("the record keeps ALL_PROXY, the run's way out, if the hooks export also: %s", (names) => {
  const path = join(folder, "proxies.json");
  const settings = readSettings({ TS_PROXY_VARIABLES: names });
  const own = { ALL_PROXY: "socks5://corp.test:1080", NO_PROXY: "a.test" };
  writeRecord(path, settings, own, emptyRecord());
  expect(readRecord(path).original).toEqual(own);
  // WHEN the shell has what the hooks export, and `up` is called again
  const { httpProxy, noProxy, proxyVariables } = settings;
  const exported = { ...own, ...exportedValues(httpProxy, noProxy, own, proxyVariables) };
  writeRecord(path, settings, exported, readRecord(path));
  expect(readRecord(path).original).toEqual(own);
});
