// SPDX-License-Identifier: Apache-2.0

/** What a stack is besides what runs are made from; kept for the API alone. */
export interface StackSettings {
  readonly autoretry: boolean;
  readonly githubActionDeploy: boolean;
  readonly localPreviewEnabled: boolean;
  readonly enableWellKnownSecretMasking: boolean;
  readonly enableSensitiveOutputUpload: boolean;
  /** Whether Spacelift keeps the state. It is said at the creation and cannot be changed. */
  readonly managesStateFile: boolean;
  readonly namespace: string;
  readonly additionalProjectGlobs: readonly string[];
  readonly gitSparseCheckoutPaths: readonly string[];
  readonly protectFromDeletion: boolean;
  readonly provider: string;
  readonly repositoryURL: string | null;
  readonly vendorConfig: VendorConfig;
  readonly workerPool: { readonly id: string } | null;
}

/** The settings of one workflow tool, with the name of their type in the API. */
export interface VendorConfig {
  readonly __typename: string;
  readonly [setting: string]: unknown;
}

/** Settings of the workflow tools as a client sends them: of exactly one tool. */
export type VendorConfigInput = Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;

/** The settings' type in the API, and what settings are when they are not given, by the name of the tool in inputs. */
const VENDORS: Readonly<Record<string, VendorConfig>> = {
  ansible: { __typename: "StackConfigVendorAnsible" },
  cloudFormation: { __typename: "StackConfigVendorCloudFormation" },
  kubernetes: { __typename: "StackConfigVendorKubernetes" },
  opentofu: {
    __typename: "StackConfigVendorOpenTofu",
    concise: false,
    externalStateAccessEnabled: false,
    useSmartSanitization: false,
    workflowTool: "OPEN_TOFU",
  },
  pulumi: { __typename: "StackConfigVendorPulumi" },
  terraform: {
    __typename: "StackConfigVendorTerraform",
    useSmartSanitization: false,
    version: null,
    workflowTool: "TERRAFORM_FOSS",
    workspace: null,
    externalStateAccessEnabled: false,
  },
  terragrunt: {
    __typename: "StackConfigVendorTerragrunt",
    useStateManagement: false,
    prefixResourceNamesWithModuleName: false,
    skipReplanWhenRunAll: false,
    skipReplan: false,
    tool: "OPEN_TOFU",
  },
};

/** Settings of a workflow tool as they are stored. @throws unless those of exactly one tool are given. */
export function vendorConfigOf(input: VendorConfigInput | null | undefined): VendorConfig {
  const given = Object.entries(input ?? { terraform: {} }).filter(([, settings]) => settings !== null);
  const [[vendor, settings] = ["", {}]] = given;
  const defaults = VENDORS[vendor];
  if (given.length !== 1 || defaults === undefined) {
    throw new Error(`vendorConfig must have one workflow tool, but has ${given.map(([name]) => name).join(", ")}`);
  }
  return { ...defaults, ...withoutNulls(settings ?? {}) };
}

/** Settings with the provider's defaults for what is not given. */
export function completeSettings(given: Partial<StackSettings>): StackSettings {
  return {
    autoretry: false,
    githubActionDeploy: true,
    localPreviewEnabled: false,
    enableWellKnownSecretMasking: false,
    enableSensitiveOutputUpload: true,
    managesStateFile: true,
    namespace: "",
    additionalProjectGlobs: [],
    gitSparseCheckoutPaths: [],
    protectFromDeletion: false,
    provider: "GITHUB",
    repositoryURL: null,
    vendorConfig: vendorConfigOf(null),
    workerPool: null,
    ...withoutNulls(given),
  };
}

/** The entries that are given; clients send null for the others. */
function withoutNulls<T extends object>(given: T): Partial<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value != null)) as Partial<T>;
}
