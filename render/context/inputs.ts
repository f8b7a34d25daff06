// SPDX-License-Identifier: Apache-2.0
import type { Option } from "../../contract/options/option.js";
import { labelFromName } from "../../contract/wire/labels.js";
import type { ContextModel } from "./model.js";
import { Input } from "./texts.js";

/** What whoever uses a context is asked for, each once. */
export function inputsOf({ variables, files }: ContextModel): Input[] {
  const values = [...variables.map(({ value }) => value), ...files.map(({ content }) => content)];
  return values.filter((value) => value instanceof Input);
}

/** The input for a credential, which the row of a login describes. */
export function credentialInput({ rendered }: Option, { variable = "", isSecret = false }: Option): Input {
  const { id = "", doc = "" } = rendered?.input ?? {};
  return new Input(id, variable, isSecret, doc);
}

/** The input for the value of a secret variable. */
export function variableInput(name: string): Input {
  return new Input(`secret_${name.toLowerCase()}`, name, true, `Value of the secret variable ${name}`);
}

/** The input for the content of a secret file. */
export function fileInput(path: string): Input {
  const id = labelFromName(path).replaceAll("-", "_");
  return new Input(`file_${id}`, "", true, `Content of the file ${path}`);
}
