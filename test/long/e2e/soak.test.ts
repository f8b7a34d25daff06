// SPDX-License-Identifier: Apache-2.0
import { describeSoak } from "../../e2e/soak-test.js";

// Every `up` of the build for Node is a process of 40 MB.
describeSoak({ native: { cycles: 1000, concurrent: 200 }, node: { cycles: 200, concurrent: 40 } });
