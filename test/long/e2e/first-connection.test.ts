// SPDX-License-Identifier: Apache-2.0
import { describeFirstConnections } from "../../e2e/first-connections.js";

describeFirstConnections(30);
