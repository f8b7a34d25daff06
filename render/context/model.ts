// SPDX-License-Identifier: Apache-2.0
import type { ContextVariable } from "../../contract/context/variables.js";
import type { Grant } from "../../contract/login/policy.js";
import type { Input, Text } from "./texts.js";

/** A context that puts stacks on a tailnet, in the form that every output is made of. */
export interface ContextModel {
  readonly name: string;
  /** What Spacelift has before the name, or nothing. */
  readonly namePrefix: string;
  readonly description: string | undefined;
  readonly spaceId: string | undefined;
  /** True if every stack that the context reaches gets it. */
  readonly isForAll: boolean;
  /** The label that stacks carry otherwise; undefined for the one that is made of the name. */
  readonly stackLabel: string | undefined;
  /** Labels of the context besides the one that attaches it. */
  readonly labels: readonly string[];
  /** By Spacelift's names. */
  readonly hooks: Readonly<Record<string, readonly string[]>>;
  readonly variables: readonly ContextVariable<Text>[];
  readonly files: readonly FileModel[];
  readonly attachments: readonly AttachmentModel[];
  readonly runnerImage: string | undefined;
  readonly writeOnlyVersion: string | undefined;
  /** What is made for runs to log in by; undefined if they have a login. */
  readonly login: LoginModel | undefined;
  /** Author of a plugin. */
  readonly author: string;
}

/** A file of the context. */
export interface FileModel {
  /** Relative to the workspace. */
  readonly path: string;
  /** As it is, not in Base64. */
  readonly content: string | Input;
  readonly secret: boolean;
}

/** A stack or module that the context is attached to: exactly one of both ids is given. */
export interface AttachmentModel {
  readonly stackId: string | undefined;
  readonly moduleId: string | undefined;
  readonly priority: number | undefined;
  /** What the attachment is called. */
  readonly id: string;
}

/** An OAuth client, or federated identities: what Tailscale is to make. */
export interface LoginModel {
  readonly oauthClient: { readonly tags: readonly string[]; readonly description: string } | undefined;
  readonly identities: readonly IdentityModel[];
  /** The tags of all logins. */
  readonly tags: readonly string[];
  readonly grants: readonly Grant[];
}

/** A federated identity. */
export interface IdentityModel {
  /** What its resource is called. */
  readonly name: string;
  readonly tags: readonly string[];
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
  readonly description: string;
  readonly customClaimRules: Readonly<Record<string, string>>;
}
