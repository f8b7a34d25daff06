// SPDX-License-Identifier: Apache-2.0
import { describeCommandLines, describeProxies } from "../fuzz/describe.js";

describeCommandLines({ cases: 300 });
describeProxies({ cases: 1000 });
