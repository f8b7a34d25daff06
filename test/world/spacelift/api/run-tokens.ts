// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from "node:crypto";
import { ulid } from "../ids.js";
import { type Claims, mintToken } from "./tokens.js";

/** The token that a run finds in `SPACELIFT_API_TOKEN`. */
export interface RunToken {
  readonly value: string;
  /** Where the run finds the state of its stack, as the variables of Terraform's `http` backend. */
  readonly state: {
    readonly TF_HTTP_ADDRESS: string;
    readonly TF_HTTP_USERNAME: string;
    readonly TF_HTTP_PASSWORD: string;
  };
  /** Whether it is accepted: while the run plans, applies or performs. @default false */
  active: boolean;
}

/** Tokens of runs live this long, in seconds. Source: Spacelift documentation, "Terraform provider". */
const LIFETIME = 3 * 3600;

/** The tokens of an account's runs. */
export class RunTokens {
  readonly #key: Buffer;
  readonly #bySubject = new Map<string, { readonly token: RunToken; readonly stackId: string }>();

  constructor(key: Buffer) {
    this.#key = key;
  }

  /** A token for a new run of that stack, which goes to `audience` with it. */
  issue(stackId: string, audience: string): RunToken {
    const iat = Math.floor(Date.now() / 1000);
    // The provider reads the stack's id out of the subject, up to the slash.
    const sub = `${stackId}/${ulid()}`;
    const value = mintToken(this.#key, { iss: "spacelift", aud: [audience], sub, iat, exp: iat + LIFETIME });
    const state = {
      TF_HTTP_ADDRESS: `${audience}/state/${stackId}`,
      TF_HTTP_USERNAME: sub,
      TF_HTTP_PASSWORD: randomBytes(32).toString("hex"),
    };
    const token = { value, state, active: false };
    this.#bySubject.set(sub, { token, stackId });
    return token;
  }

  /** Whose run has that name and password for the state: the id of a stack, or null. */
  stackOfState(header: string): string | null {
    const [, encoded = ""] = /^Basic (.+)$/.exec(header) ?? [];
    const [name = "", password = ""] = Buffer.from(encoded, "base64").toString("utf8").split(":");
    const found = this.#bySubject.get(name);
    return found !== undefined && found.token.state.TF_HTTP_PASSWORD === password ? found.stackId : null;
  }

  /** Whose token it is: the id of a stack, null when the run is not active, undefined when it is no run's token. */
  stackOf({ sub }: Claims): string | null | undefined {
    const found = this.#bySubject.get(sub);
    if (found === undefined) return undefined;
    return found.token.active ? found.stackId : null;
  }
}
