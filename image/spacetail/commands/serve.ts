// SPDX-License-Identifier: Apache-2.0
import { redact } from "../../../contract/wire/secrets.js";
import { readServeSettings, type ServeSettings } from "../../../contract/wire/serve-settings.js";
import { thisProcess } from "../process/processes.js";
import { keepServing } from "../serve/serve.js";
import { serviceManager } from "../serve/service-manager.js";
import type { Invocation } from "./invocation.js";
import { attemptFor } from "./up.js";

/**
 * `spacetail serve [FLAGS]`: keeps a host on the tailnet, in the foreground, until a signal ends it.
 *
 * @returns 0 after a signal. Whatever else ends it is an error.
 */
export async function serve({ platform, env, args }: Invocation): Promise<number> {
  platform.forbidCoreDumps();
  const options = readServeSettings(env, args);
  const { settings, keepsState, logsOut } = options;
  const attempt = attemptFor({
    platform,
    env,
    settings,
    // Read anew at each login.
    credential: { secret: "", key: settings },
    watch: thisProcess(),
    served: { stateFlags: stateFlags(options), keepsState, logsOut },
  });
  // There are lines of its own.
  attempt.progress.end();
  const secrets: string[] = [];
  const say = (line: string): void => console.error(`spacetail: ${redact(line, secrets)}`);
  for (const note of settings.notes) say(note);
  const manager = serviceManager(platform, env, (address, code) => {
    say(`Cannot notify the service manager at ${address} (${code}).`);
  });
  await keepServing({ attempt, options, manager, secrets, say });
  return 0;
}

/** The flags of tailscaled for its state; its own arguments may name a place. */
function stateFlags({ stateDir, keepsState }: ServeSettings): string[] {
  if (stateDir !== "") return [`--statedir=${stateDir}`];
  return keepsState ? [] : ["--state=mem:"];
}
