// SPDX-License-Identifier: Apache-2.0

/** A value that is not in what is rendered: whoever uses that is asked for it. */
export class Input {
  /**
   * @param id name of the Terraform variable, of the plugin's parameter or of the blueprint's input
   * @param variable the environment variable that gets the value; empty for a file
   */
  constructor(
    public readonly id: string,
    public readonly variable: string,
    public readonly secret: boolean,
    public readonly doc: string,
  ) {}
}

/** A value that only Terraform will know. */
export class Reference {
  /** @param expression in HCL */
  constructor(public readonly expression: string) {}
}

/** A text, which may not be known yet. */
export type Text = string | Input | Reference;

/** How texts are put together. Only known ones ever are. */
export const TEXTS = {
  joined: (list: readonly Text[], separator: string): Text => list.map(String).join(separator),
  joinedSet: (set: readonly Text[], separator: string): Text => set.map(String).sort().join(separator),
  prefixed: (prefix: string, value: Text | boolean): Text => (typeof value === "object" ? value : `${prefix}${value}`),
};

/** A text as part of the name of a Terraform resource. */
export function resourceName(text: string): string {
  return text.replace(/[^A-Za-z0-9_-]/g, "_");
}
