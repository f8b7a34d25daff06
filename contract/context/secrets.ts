// SPDX-License-Identifier: Apache-2.0
export { holdsTailscaleSecret, withoutTailscaleSecrets } from "../wire/secrets.js";
