// SPDX-License-Identifier: Apache-2.0
import { run } from "./cli.js";
import { nativeHost } from "./host/host-native.js";

run(nativeHost());
