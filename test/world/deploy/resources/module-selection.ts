// SPDX-License-Identifier: Apache-2.0
import { INTEGRATIONS, SPACE_DETAILS } from "./stack-selection.js";

const SCOPE = "{account{subdomain},space{id}}";
const SHARES = `moduleShares{id,from${SCOPE},to${SCOPE},module{name,description,labels}}`;

/** Everything the provider selects of a module, even where it only wants to know that the module exists. */
export const MODULE_SELECTION =
  `{id,administrative,branch,description,${INTEGRATIONS},labels,localPreviewEnabled,${SHARES},name,namespace,projectRoot,` +
  "gitSparseCheckoutPaths,protectFromDeletion,provider,public,repository,repositoryURL,runnerImage,space," +
  `${SPACE_DETAILS},terraformProvider,vcsIntegration{id,isDefault},workerPool{id},workflowTool}`;
