// SPDX-License-Identifier: Apache-2.0

/** Options of `spacetail render`, as a file has them. Those that tests look into have types. */
export interface RenderOptions {
  readonly [option: string]: unknown;
  readonly auth?: GivenAuth;
  readonly attachments?: readonly { readonly [member: string]: unknown; readonly stackId?: string }[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secretEnvironment?: readonly string[];
  readonly files?: readonly { readonly path: string; readonly content?: string; readonly secret?: boolean }[];
}

/** A login whose secrets are not given. */
export interface GivenAuth {
  readonly federated?: Readonly<Record<string, unknown>>;
  readonly oauthSecret?: true | Readonly<Record<string, unknown>>;
  readonly authKey?: true;
  readonly external?: true;
}

/** An object with one member, at the end of a path such as `auth.oauthSecret.tags`. */
export function nested(path: string, value: unknown): object {
  const [name = "", ...rest] = path.split(".");
  return { [name]: rest.length === 0 ? value : nested(rest.join("."), value) };
}
