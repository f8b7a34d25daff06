// SPDX-License-Identifier: Apache-2.0
import { nativePlatform } from "../../image/spacetail/platform/platform-native.js";
import { probe } from "./net-probe.js";

probe(nativePlatform());
