// SPDX-License-Identifier: Apache-2.0
import { describeSoak } from "./soak-test.js";

describeSoak({ native: { cycles: 10, concurrent: 20 }, node: { cycles: 5, concurrent: 10 } });
