// SPDX-License-Identifier: Apache-2.0

/** A value that whoever uses what is rendered has to give, and that is not in it. */
export class Input {
  /**
   * @param id name of the Terraform variable or of the plugin's parameter
   * @param variable the environment variable that it is for; empty for a file
   */
  constructor(
    public readonly id: string,
    public readonly variable: string,
    public readonly secret: boolean,
    public readonly doc: string,
  ) {}
}

/** A value that Terraform finds out. */
export class Reference {
  /** @param expression in HCL */
  constructor(public readonly expression: string) {}
}

/** A text, now or later. */
export type Text = string | Input | Reference;

/** What the contract wants to be able to do with texts. Those that are put together are known here. */
export const TEXTS = {
  joined: (list: readonly Text[], separator: string): Text => list.map(String).join(separator),
  prefixed: (prefix: string, value: Text | boolean): Text => (typeof value === "object" ? value : `${prefix}${value}`),
};

/** A text as part of the name of one of Terraform's resources. */
export function resourceName(text: string): string {
  return text.replace(/[^A-Za-z0-9_-]/g, "_");
}
