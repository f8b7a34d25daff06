// SPDX-License-Identifier: Apache-2.0
import type { ContextModel } from "./model.js";
import { Input } from "./texts.js";

/** What whoever uses a context has to give, each once. */
export function inputsOf({ variables, files }: ContextModel): Input[] {
  const values = [...variables.map(({ value }) => value), ...files.map(({ content }) => content)];
  return values.filter((value) => value instanceof Input);
}
