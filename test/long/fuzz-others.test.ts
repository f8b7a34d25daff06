// SPDX-License-Identifier: Apache-2.0
import { describeParsers } from "../image/describe-parsers.js";

describeParsers({ seconds: 300 }, ["dns", "local", "words"]);
