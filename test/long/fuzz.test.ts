// SPDX-License-Identifier: Apache-2.0
import { describeParsers } from "../fuzz/describe.js";

describeParsers({ seconds: 300 });
