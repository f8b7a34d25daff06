// SPDX-License-Identifier: Apache-2.0
import type { TunnelTexts } from "../../contract/context/variables.js";

/** Options of `spacetail render`, as they are once their shape was checked. `contract/options.ts` tells what they mean. */
export interface RenderOptions extends TunnelTexts<string, string[], boolean> {
  readonly account?: string;
  readonly trust?: TrustOptions;
  readonly tags?: string[];
  readonly applyTags?: string[];
  readonly grants?: GrantOptions[];
  readonly auth?: AuthOptions;
  readonly name?: string;
  readonly spaceId?: string;
  readonly description?: string;
  readonly phases?: string[];
  readonly autoattach?: string;
  readonly autoattachAll?: boolean;
  readonly attachments?: AttachmentOptions[];
  readonly outermost?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  readonly secretEnvironment?: string[];
  readonly files?: FileOptions[];
  readonly beforeHooks?: HookOptions[];
  readonly afterHooks?: HookOptions[];
  readonly exitTrap?: boolean;
  readonly runnerImage?: string;
  readonly runnerRegistry?: string;
  readonly labels?: string[];
  readonly writeOnlyVersion?: string;
  readonly author?: string;
}

/** Which runs a login that is made trusts. */
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

/** A login that exists already. */
export interface AuthOptions {
  readonly federated?: {
    readonly identity?: true | IdentityOptions;
    readonly read?: true | IdentityOptions;
    readonly write?: true | IdentityOptions;
    readonly idToken?: string;
  };
  readonly oauthSecret?: true | { readonly clientId?: string; readonly tags?: string[] };
  readonly authKey?: true;
}

/** A federated identity that exists already. */
export interface IdentityOptions {
  readonly clientId?: string;
  readonly tags?: string[];
  readonly spaceId?: string;
  readonly runTypes?: string[];
  readonly scope?: string;
}

/** Members are checked for their kind, not for being there. */
export interface GrantOptions {
  readonly dst?: string[];
  readonly ip?: string[];
  readonly src?: string[];
}

/** Exactly one of both ids is to be given. */
export interface AttachmentOptions {
  readonly stackId?: string;
  readonly moduleId?: string;
  readonly priority?: number;
  readonly id?: string;
  readonly spaceId?: string;
}

/** A file, with its content unless it is secret. */
export interface FileOptions {
  readonly path?: string;
  readonly content?: string;
  readonly secret?: boolean;
}

/** A hook of the user's own. */
export interface HookOptions {
  readonly phase?: string;
  readonly command?: string;
  readonly outsideTunnel?: boolean;
}
