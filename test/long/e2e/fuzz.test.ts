// SPDX-License-Identifier: Apache-2.0
import { describeCommandLines, describeProxies } from "../../fuzz/describe.js";

describeCommandLines({ seconds: 300 });
describeProxies({ seconds: 300 });
