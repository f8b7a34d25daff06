// SPDX-License-Identifier: Apache-2.0
import { closeInherited } from "../process/descriptors.js";
import { dirAt } from "../tunnel/runtime-dir.js";
import { readLaunch } from "../tunnel/state.js";
import { superviseTunnel } from "../tunnel/supervisor.js";
import { superviseDir } from "../tunnel/supervisors.js";
import type { Invocation } from "./invocation.js";

/**
 * `spacetail supervise`, for internal use: the process that outlives `up` and owns tailscaled. It runs in its own
 * session, in `/`, and holds no descriptor of the phase.
 *
 * @returns the exit status
 */
export async function supervise({ platform, env }: Invocation): Promise<number> {
  closeInherited();
  process.chdir("/");
  process.umask(0o077);
  const dir = dirAt(superviseDir(env));
  const launch = readLaunch(dir);
  if (launch === null) {
    console.error(`spacetail: cannot read ${dir.launch}`);
    return 1;
  }
  await superviseTunnel(platform, env, dir, launch);
  return 0;
}
