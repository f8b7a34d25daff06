// SPDX-License-Identifier: Apache-2.0

/** What a token tells about the phase it is for. Source: Spacelift documentation, "OpenID Connect (OIDC)". */
export interface RunIdentity {
  readonly spaceId: string;
  readonly callerType: "stack" | "module";
  /** The id of the stack or module. */
  readonly callerId: string;
  readonly runType: "PROPOSED" | "TRACKED" | "TASK" | "TESTING" | "DESTROY";
  readonly runId: string;
  readonly scope: "read" | "write";
}

/** The claims of a token. Times are in seconds since 1970. */
export interface IdentityClaims extends RunIdentity {
  readonly iss: string;
  readonly aud: string;
  readonly sub: string;
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  /** An id of the token. */
  readonly jti: string;
}

/** The subject of an account that has set no template of its own. */
export const DEFAULT_SUBJECT = "space:{spaceId}:{callerType}:{callerId}:run_type:{runType}:scope:{scope}";

/**
 * What the tokens of a phase may be used for: proposed runs read and all others write, but a tracked run without
 * autodeploy only reads until it applies.
 */
export function scopeOf(runType: RunIdentity["runType"], phase: string, autodeploy: boolean): RunIdentity["scope"] {
  if (runType === "PROPOSED") return "read";
  return runType === "TRACKED" && !autodeploy && phase !== "apply" ? "read" : "write";
}

/**
 * Fills in a subject template.
 *
 * @throws when it has a placeholder that is not known here
 */
export function subjectOf(template: string, run: RunIdentity): string {
  return template.replace(/\{(\w*)\}/g, (placeholder, name: string) => {
    const value = new Map<string, string>(Object.entries(run)).get(name);
    if (value === undefined) throw new Error(`the subject template has ${placeholder}, which is not known here`);
    return value;
  });
}
