// SPDX-License-Identifier: Apache-2.0
import * as pulumi from "@pulumi/pulumi";
import { base64 } from "../../contract/index.js";

/** The version of Spacelift's Terraform provider that the resources of this folder are made for. */
export const SPACELIFT_VERSION = "1.53.5";

/** The version of Pulumi's bridge that runs any Terraform provider. */
export const BRIDGE_VERSION = "1.1.3";

/**
 * What the bridge gets: which Terraform provider to run. It is what `pulumi package add terraform-provider
 * spacelift-io/spacelift` tells it too, so that a program may use an SDK made by that command beside this one.
 */
export const PARAMETER = JSON.stringify({
  remote: { url: "registry.opentofu.org/spacelift-io/spacelift", version: SPACELIFT_VERSION },
});

const BASE64_PARAMETER = base64(PARAMETER);

/**
 * Announces the provider to Pulumi's engine, once a deployment, and answers its reference, which every resource names.
 * package.json beside this file says the same to Pulumi's command line, which installs plugins beforehand.
 *
 * Source: Pulumi's documentation, "Any Terraform Provider"; pulumi-terraform-bridge, dynamic/parameterize.
 */
export async function packageReference(): Promise<string | undefined> {
  return pulumi.runtime.registerPackage({
    baseProviderName: "terraform-provider",
    baseProviderVersion: BRIDGE_VERSION,
    baseProviderDownloadUrl: "",
    packageName: "spacelift",
    packageVersion: SPACELIFT_VERSION,
    base64Parameter: BASE64_PARAMETER,
  });
}

/** The options of a resource, some of whose outputs are always secret. */
export function withSecretOutputs(
  options: pulumi.CustomResourceOptions | undefined,
  additionalSecretOutputs: string[],
): pulumi.CustomResourceOptions {
  return pulumi.mergeOptions({ additionalSecretOutputs }, options ?? {});
}

/**
 * The options of a resource that any change replaces, and whose successor has the same place in Spacelift: one
 * variable of that name, one file at that path, one attachment to that stack. The old one has to go first, unless the
 * program says otherwise: were it deleted last, as Pulumi does by itself, its successor would be gone too, or be
 * refused beside it.
 */
export function replacedInPlace(options: pulumi.CustomResourceOptions | undefined): pulumi.CustomResourceOptions {
  return pulumi.mergeOptions({ deleteBeforeReplace: true }, options ?? {});
}
