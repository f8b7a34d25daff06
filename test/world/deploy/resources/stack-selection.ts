// SPDX-License-Identifier: Apache-2.0

const HOOKS_AND_FLAGS =
  "id,administrative,afterApply,afterDestroy,afterInit,afterPerform,afterPlan,afterRun,autodeploy,autoretry," +
  "beforeApply,beforeDestroy,beforeInit,beforePerform,beforePlan,branch,deleting,description,isDisabled,githubActionDeploy";

/** What the provider selects of the integrations of stacks and modules. */
export const INTEGRATIONS =
  "integrations{aws{assumedRoleArn,assumeRolePolicyStatement,externalID,generateCredentialsInWorker,durationSeconds," +
  "region},driftDetection{ignoreState,reconcile,schedule,timezone},gcp{serviceAccountEmail,tokenScopes}," +
  "webhooks{id,enabled,endpoint,secret,retryOnFailure}}";

/** What it selects of their space. */
export const SPACE_DETAILS = "spaceDetails{id,description,name,inheritEntities,parentSpace,labels}";

const SETTINGS =
  "labels,localPreviewEnabled,enableWellKnownSecretMasking,enableSensitiveOutputUpload,managesStateFile,name,namespace," +
  "projectRoot,additionalProjectGlobs,gitSparseCheckoutPaths,protectFromDeletion,provider,repository,repositoryURL," +
  `runnerImage,space,${SPACE_DETAILS},terraformVersion,vcsIntegration{id,isDefault}`;

const VENDORS = [
  ["Ansible", "playbook"],
  ["CloudFormation", "entryTemplateFile,region,stackName,templateBucket"],
  ["Kubernetes", "namespace,kubectlVersion,kubernetesWorkflowTool"],
  [
    "OpenTofu",
    "concise,externalStateAccessEnabled,useSmartSanitization,version,openTofuWorkflowTool:workflowTool,workspace",
  ],
  ["Pulumi", "loginURL,stackName"],
  ["Terraform", "useSmartSanitization,version,workflowTool,workspace,externalStateAccessEnabled"],
  [
    "Terragrunt",
    "terraformVersion,terragruntVersion,useRunAll,useSmartSanitization,useStateManagement," +
      "prefixResourceNamesWithModuleName,skipReplanWhenRunAll,skipReplan,tool",
  ],
] as const;

const VENDOR_FRAGMENTS = VENDORS.map(([vendor, fields]) => `... on StackConfigVendor${vendor}{${fields}}`).join(",");

/** Everything the provider selects of a stack, even where it only wants to know that the stack exists. */
export const STACK_SELECTION =
  `{${HOOKS_AND_FLAGS},${INTEGRATIONS},${SETTINGS},` + `vendorConfig{__typename,${VENDOR_FRAGMENTS}},workerPool{id}}`;
