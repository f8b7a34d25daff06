// SPDX-License-Identifier: Apache-2.0
import { Token } from "cdktf";
import type { IConstruct } from "constructs";
import {
  attachmentProblem,
  keyServerRule,
  phasesRule,
  runnerRegistryRule,
} from "../../contract/context/context-problems.js";
import { broken } from "../../contract/context/rules.js";
import { authProblem } from "../auth/tailnet-auth.js";
import { extraLabels, notEmpty, required, settled } from "../support/rules.js";
import { readableProblems } from "../support/secrets.js";
import { first } from "../support/validation-error.js";
import { environmentProblems, secretEnvironmentProblems } from "./context-variables.js";
import type { TailnetContextProps } from "./tailnet-context-props.js";
import { fileProblems } from "./tailnet-file.js";
import { tunnelProblem } from "./tunnel-problem.js";

/** The first thing that is wrong with the properties of a context, or null. */
export function contextProblem(scope: IConstruct, props: TailnetContextProps): string | null {
  const { auth, environment, secretEnvironment, files, controlUrl, apiUrl, runnerImage, runnerRegistry } = props;
  return (
    broken("name", nameRule(props.name), props.name) ??
    broken("phases", phasesRule(props.phases), props.phases) ??
    authProblem(scope, props) ??
    broken("spaceId", notEmpty(props.spaceId), props.spaceId) ??
    labelProblem(props) ??
    (environment === undefined ? null : first(environmentProblems(scope, environment))) ??
    (secretEnvironment === undefined ? null : first(secretEnvironmentProblems(secretEnvironment, environment ?? {}))) ??
    tunnelProblem(props) ??
    first(readableProblems(scope, readableTexts(props))) ??
    broken("controlUrl", keyServerRule({ auth, ...settled({ controlUrl, apiUrl }) }), controlUrl) ??
    (files === undefined ? null : first(fileProblems(scope, files))) ??
    broken("writeOnlyVersion", notEmpty(props.writeOnlyVersion), props.writeOnlyVersion) ??
    broken("runnerImage", notEmpty(runnerImage), runnerImage) ??
    broken("runnerRegistry", runnerRegistryRule(settled({ runnerImage, runnerRegistry })), runnerRegistry) ??
    broken("labels", extraLabels(props.labels), props.labels)
  );
}

const nameRule = required(notEmpty);

/** What of a context everybody can read who may see it, beside variables, files and hooks. */
function readableTexts(props: TailnetContextProps) {
  const { name, description, autoattach, labels, hostname, controlUrl, apiUrl, exitNode } = props;
  const { waitFor, noProxy, tailscaledArgs, socket } = props;
  const texts = { name, description, autoattach, labels, hostname, controlUrl, apiUrl, exitNode };
  return { ...texts, waitFor, noProxy, tailscaledArgs, socket };
}

/** A label cannot be made of a name that nobody knows yet. */
function labelProblem({ name, autoattach, autoattachAll }: TailnetContextProps): string | null {
  if (autoattachAll !== true && autoattach === undefined && Token.isUnresolved(name))
    return "autoattach must be given, because no label can be made of a name that is a token";
  return attachmentProblem({ ...settled({ name, autoattach }), autoattachAll: autoattachAll === true });
}
