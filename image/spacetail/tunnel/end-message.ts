// SPDX-License-Identifier: Apache-2.0
import { withoutStop } from "../errors/printable.js";
import type { Stopped } from "./stop.js";

/** What became of the node, in one line. */
export function endMessage({ node, ephemeral, pending, problem }: Stopped): string {
  const why = problem === "" ? "" : ` (${withoutStop(problem)})`;
  const later =
    ephemeral === "yes"
      ? "It is ephemeral: the control server deletes it when it has been offline for a while."
      : "The control server deletes it later if its auth key is ephemeral; otherwise delete it there.";
  if (pending)
    return `the tunnel is down; the node is not logged out yet${why}, and spacetail goes on trying in the background.`;
  switch (node) {
    case "logged-out":
      return ephemeral === "yes"
        ? "off the tailnet."
        : "off the tailnet. If the auth key is not ephemeral, the control server still lists the node: delete it there.";
    case "kept":
      return "stopped; the node's state is kept, so it is the same node when it comes back.";
    case "never-joined":
      return "stopped; the node had not joined the tailnet.";
    case "unanswered":
      return `stopped; the control server has not answered whether it admits the node. ${later}`;
    case "unknown":
      return `stopped; whether the node was logged out is not known. ${later}`;
    default:
      return `stopped, but the node could not be logged out${why}. ${later}`;
  }
}
