// SPDX-License-Identifier: Apache-2.0
import type { AuthValues } from "../../contract/context/variables.js";
import type { Input, Text } from "./texts.js";

/**
 * Options that nothing is wrong with, with inputs in place of what is never rendered. All other options, which are
 * those of the tunnel, are members too.
 */
export interface ContextOptions extends LoginOptions {
  readonly [tunnelOption: string]: unknown;
  readonly name: string;
  readonly auth?: AuthValues<Text, Text[]>;
  readonly spaceId?: string;
  readonly description?: string;
  readonly phases?: string[];
  readonly autoattach?: string;
  readonly autoattachLabels?: string[];
  readonly autoattachAll?: boolean;
  readonly attachments?: AttachmentOptions[];
  readonly outermost?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  readonly secretEnvironment?: Readonly<Record<string, Input>>;
  readonly files?: FileOptions[];
  readonly beforeHooks?: HookOptions[];
  readonly afterHooks?: HookOptions[];
  readonly exitTrap?: boolean;
  readonly httpProxy?: string;
  readonly userspace?: string;
  readonly proxyVariables?: string[];
  readonly capture?: string;
  readonly delivery?: string;
  readonly fetchUrl?: string;
  readonly fetchSums?: Readonly<Record<string, string>>;
  readonly runnerImage?: string;
  readonly runnerRegistry?: string;
  readonly labels?: string[];
  readonly writeOnlyVersion?: string;
  readonly author?: string;
  readonly contextId?: string;
}

/** A login that is created along with the context. */
export interface LoginOptions {
  readonly account?: string;
  readonly trust?: TrustOptions;
  readonly tags?: string[];
  readonly applyTags?: string[];
  readonly grants?: GrantOptions[];
}

/** Which runs the login trusts. */
export interface TrustOptions {
  readonly spaceId?: string;
  readonly stack?: string;
  readonly module?: string;
  readonly runTypes?: string[];
  readonly scope?: string;
  readonly issuer?: string;
  readonly audience?: string;
  readonly subject?: string;
}

export interface GrantOptions {
  readonly dst: string[];
  readonly ip?: string[];
  readonly src?: string[];
}

/** Exactly one of both IDs is given. */
export interface AttachmentOptions {
  readonly stackId?: string;
  readonly moduleId?: string;
  readonly priority?: number;
  readonly id?: string;
}

export interface FileOptions {
  readonly path: string;
  readonly content: string | Input;
  readonly secret?: boolean;
}

export interface HookOptions {
  readonly phase: string;
  readonly command: string;
  readonly outsideTunnel?: boolean;
}
