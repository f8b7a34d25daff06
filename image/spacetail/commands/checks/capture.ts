// SPDX-License-Identifier: Apache-2.0
import { captureProblem, hasNamesForAll } from "../../capture/possible.js";
import { type Finding, ok, skip, type Visit } from "./row.js";

/** Whether connections of programs can be captured. Where they cannot, there are proxy variables, so it never fails. */
export async function capture({ platform }: Visit): Promise<Finding> {
  const problem = captureProblem(platform);
  if (problem !== "") return skip(`not possible: ${problem}`);
  const names = hasNamesForAll(platform) ? "" : ", but without split DNS for musl programs: port 53 cannot be used";
  return ok(`connections of programs can be captured${names}`);
}
