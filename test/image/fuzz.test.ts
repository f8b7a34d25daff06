// SPDX-License-Identifier: Apache-2.0
import { describeParsers } from "./describe-parsers.js";

describeParsers({ cases: 320 });
