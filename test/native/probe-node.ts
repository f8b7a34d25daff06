// SPDX-License-Identifier: Apache-2.0
import { nodePlatform } from "../../image/spacetail/platform/platform-node.js";
import { probe } from "./net-probe.js";

probe(nodePlatform());
