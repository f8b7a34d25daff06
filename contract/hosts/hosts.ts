// SPDX-License-Identifier: Apache-2.0
import { CODER } from "./coder.js";
import { HEROKU } from "./heroku.js";
import type { Host } from "./host.js";
import { PALETTE } from "./palette.js";

/** Every host with a folder in image/hosts. */
export const HOSTS: readonly Host[] = [CODER, HEROKU, PALETTE];
