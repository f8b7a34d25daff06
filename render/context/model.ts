// SPDX-License-Identifier: Apache-2.0
import type { ContextVariable } from "../../contract/context/variables.js";
import type { Grant } from "../../contract/login/policy.js";
import type { Input, Text } from "./texts.js";

/** A context that puts stacks on a tailnet, in the form that every output starts from. */
export interface ContextModel {
  readonly name: string;
  /** What precedes the name in Spacelift, if anything. */
  readonly namePrefix: string;
  readonly description: string;
  readonly spaceId: string | undefined;
  /** True if every stack that the context reaches gets it. */
  readonly isForAll: boolean;
  /** The one label that gives a stack the context; undefined if it is derived from the name. */
  readonly stackLabel: string | undefined;
  /** Labels any of which gives a stack the context, instead of the one label. */
  readonly stackLabels: readonly string[] | undefined;
  /** Labels of the context besides those that attach it. */
  readonly labels: readonly string[];
  /** By Spacelift's names. */
  readonly hooks: Readonly<Record<string, readonly string[]>>;
  /** True if stacks, or other contexts, set the variables of a login. */
  readonly isExternal: boolean;
  readonly variables: readonly ContextVariable<Text>[];
  readonly files: readonly FileModel[];
  readonly attachments: readonly AttachmentModel[];
  readonly runnerImage: string | undefined;
  /** True if the runner image must include the executables. */
  readonly needsImage: boolean;
  readonly writeOnlyVersion: string | undefined;
  /** The login that is created along with the context; undefined if there is one already. */
  readonly login: LoginModel | undefined;
  /** Author of a plugin. */
  readonly author: string;
  /** ID of the context that stacks of a blueprint get, if it is known. */
  readonly contextId: string | undefined;
}

/** A file of the context. */
export interface FileModel {
  /** Relative to the workspace. */
  readonly path: string;
  /** As it is, not in Base64. */
  readonly content: string | Input;
  readonly secret: boolean;
}

/** A stack or module that the context is attached to: exactly one of both IDs is given. */
export interface AttachmentModel {
  readonly stackId: string | undefined;
  readonly moduleId: string | undefined;
  readonly priority: number | undefined;
  /** Name of the attachment. */
  readonly id: string;
}

/** What Tailscale should create: an OAuth client, or federated identities. */
export interface LoginModel {
  readonly oauthClient: { readonly tags: readonly string[]; readonly description: string } | undefined;
  readonly identities: readonly IdentityModel[];
  /** The tags of all logins. */
  readonly tags: readonly string[];
  readonly grants: readonly Grant[];
}

/** A federated identity. */
export interface IdentityModel {
  /** Name of its resource. */
  readonly name: string;
  readonly tags: readonly string[];
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
  readonly description: string;
  readonly customClaimRules: Readonly<Record<string, string>>;
}
