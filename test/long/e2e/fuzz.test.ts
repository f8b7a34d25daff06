// SPDX-License-Identifier: Apache-2.0
import { describeCommandLines, describeProxies } from "../../e2e/describe-fuzz.js";

describeCommandLines({ seconds: 300 });
describeProxies({ seconds: 300 });
