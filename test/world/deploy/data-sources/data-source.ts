// SPDX-License-Identifier: Apache-2.0
import type { Attributes } from "../provider-schema.js";
import type { Clients } from "../resources/resource-type.js";

/** How one data source is read: the calls its provider makes. */
export interface DataSource {
  /** All that goes into the state. @throws when there is no such thing. */
  readonly read: (clients: Clients, attributes: Attributes) => Promise<Attributes>;
}
