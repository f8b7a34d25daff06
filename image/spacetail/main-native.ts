// SPDX-License-Identifier: Apache-2.0
import { run } from "./cli.js";
import { Failure } from "./failure.js";
import { nativeHost } from "./host/host-native.js";

run(nativeHost(), () => {
  throw new Failure("`spacetail render` is in the npm package, which needs Node: npx spacetail render");
});
