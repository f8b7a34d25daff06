// SPDX-License-Identifier: Apache-2.0
import { run } from "./cli.js";
import { nodePlatform } from "./platform/platform-node.js";

run(nodePlatform());
