// SPDX-License-Identifier: Apache-2.0
import type { States } from "../account/states.js";

/** An answer of the backend. */
export interface StateAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * Where runs find and leave the state of their stack: Terraform's `http` backend at `/state/<stack>`, without locks,
 * because the runs of a stack follow each other.
 *
 * @param stackId whose run asks, null for nobody who may
 */
export function answerState(
  states: States,
  request: { readonly method: string; readonly path: string; readonly text: string },
  stackId: string | null,
): StateAnswer {
  if (stackId === null || request.path !== `/state/${stackId}`) return { status: 401, text: "unauthorized" };
  const text = states.get(stackId);
  switch (request.method) {
    case "GET":
      return text === undefined ? { status: 404, text: "no state yet" } : { status: 200, text };
    case "POST":
      states.put(stackId, request.text);
      return { status: 200, text: "" };
    case "DELETE":
      states.delete(stackId);
      return { status: 200, text: "" };
    default:
      return { status: 405, text: `${request.method} is not allowed; use GET, POST or DELETE` };
  }
}
