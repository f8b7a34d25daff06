// SPDX-License-Identifier: Apache-2.0
import { describeCommandLines, describeProxies } from "./describe-fuzz.js";

describeCommandLines({ cases: 300 });
describeProxies({ cases: 1000 });
