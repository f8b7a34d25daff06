// SPDX-License-Identifier: Apache-2.0
import * as spacelift from "./spacelift/index.js";

export { spacelift };
