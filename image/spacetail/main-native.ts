// SPDX-License-Identifier: Apache-2.0
import { run } from "./cli.js";
import { nativePlatform } from "./platform/platform-native.js";

run(nativePlatform());
