// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";

/** A resource as a program registers it. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  /** Secrets are shown as their plain values. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Runs a program under Pulumi's mocks. */
export async function deploy(program: () => void): Promise<Registration[]> {
  const registrations = await startMocks();
  try {
    program();
  } finally {
    await pulumi.runtime.disconnect();
  }
  return registrations;
}

/**
 * Starts Pulumi's mocks. IDs are `id-NAME`, and the secret of an OAuth client is made up.
 *
 * @returns the resources, as they are registered
 */
export async function startMocks(): Promise<Registration[]> {
  const registrations: Registration[] = [];
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs, custom }) => {
      registrations.push({ type, name, inputs });
      const secret = type === "tailscale:index/oauthClient:OauthClient" ? { key: `tskey-client-${name}` } : {};
      return { id: custom === true ? `id-${name}` : undefined, state: { ...inputs, ...secret } };
    },
    call: () => ({}),
  });
  return registrations;
}

/** The only resource of a type. @throws if there are several or none */
export function only(registrations: readonly Registration[], type: string): Registration {
  const [one, ...others] = registrations.filter((registration) => registration.type === type);
  if (one === undefined || others.length > 0) throw new Error(`expected one ${type}`);
  return one;
}

/** What is behind an output. */
export function resolved<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((done) => output.apply((value) => done(value as T)));
}
