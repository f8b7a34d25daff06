// SPDX-License-Identifier: Apache-2.0
// Tests leave files in the temporary directory, and so does what they use: CDKTF a folder for every stack that is
// synthesized for a test. So they have a temporary directory of their own. Jest calls this too, as its `globalSetup`.
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

/** Gives this process, and those that it starts from now on, a temporary directory that goes when it ends. */
export default function ownTemporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), "spacetail-test-"));
  // Containers and images have users of their own.
  chmodSync(folder, 0o755);
  process.env.TMPDIR = folder;
  process.on("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  // A signal alone would not let us tidy up.
  for (const [name, number] of Object.entries(SIGNALS)) process.once(name, () => process.exit(128 + number));
}
