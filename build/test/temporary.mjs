// SPDX-License-Identifier: Apache-2.0
// A temporary directory for the tests, because tests and what they use leave files behind: CDKTF leaves a folder for
// every stack that a test synthesizes. Jest calls this too, as its `globalSetup`.
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

/** Gives this process and its children a temporary directory, which is removed when this process ends. */
export default function ownTemporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), "spacetail-test-"));
  // Containers and images have users of their own.
  chmodSync(folder, 0o755);
  process.env.TMPDIR = folder;
  process.on("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  // A signal that ends the process would skip the removal.
  for (const [name, number] of Object.entries(SIGNALS)) process.once(name, () => process.exit(128 + number));
}
