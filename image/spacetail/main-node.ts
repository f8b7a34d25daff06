// SPDX-License-Identifier: Apache-2.0
import { run } from "./cli.js";
import { nodeHost } from "./host/host-node.js";

run(nodeHost());
