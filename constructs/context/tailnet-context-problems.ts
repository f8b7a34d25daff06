// SPDX-License-Identifier: Apache-2.0
import { Token } from "cdktf";
import type { IConstruct } from "constructs";
import { apiUrl } from "../../contract/checks.js";
import { labelFromName, stackLabelProblem } from "../../contract/labels.js";
import { PHASES } from "../../contract/phases.js";
import { authProblem } from "../auth/tailnet-auth.js";
import { extraLabels, known, notEmpty, type Rule, required } from "../support/rules.js";
import { readableProblems } from "../support/secrets.js";
import { broken, first } from "../support/validation-error.js";
import { environmentProblems, secretEnvironmentProblems } from "./context-variables.js";
import type { TailnetContextProps } from "./tailnet-context-props.js";
import { fileProblems } from "./tailnet-file.js";
import { tunnelProblem } from "./tunnel-variables.js";

/** The first thing that is wrong with the properties of a context, or null. */
export function contextProblem(scope: IConstruct, props: TailnetContextProps): string | null {
  const { environment, secretEnvironment, files } = props;
  return (
    broken("name", nameRule(props.name), props.name) ??
    broken("phases", phasesRule(props.phases), props.phases) ??
    authProblem(scope, props) ??
    broken("spaceId", notEmpty(props.spaceId), props.spaceId) ??
    attachmentProblem(props) ??
    (environment === undefined ? null : first(environmentProblems(scope, environment))) ??
    (secretEnvironment === undefined ? null : first(secretEnvironmentProblems(secretEnvironment, environment ?? {}))) ??
    tunnelProblem(props) ??
    first(readableProblems(scope, readableTexts(props))) ??
    broken("controlUrl", keyServerRule(props), props.controlUrl) ??
    (files === undefined ? null : first(fileProblems(scope, files))) ??
    broken("writeOnlyVersion", notEmpty(props.writeOnlyVersion), props.writeOnlyVersion) ??
    broken("runnerImage", notEmpty(props.runnerImage), props.runnerImage) ??
    broken("runnerRegistry", runnerRegistryRule(props), props.runnerRegistry) ??
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

/** Auth keys are minted at the control server unless there is another API, so what is good for it must be good for an API. */
function keyServerRule({ auth, controlUrl, apiUrl: api }: TailnetContextProps): string | null {
  if (auth.authKey !== undefined || api !== undefined) return null;
  return known(apiUrl)(controlUrl) === null
    ? null
    : "must be an https:// URL with the name of a host unless apiUrl is given, because auth keys are minted there";
}

function runnerRegistryRule({ runnerImage, runnerRegistry }: TailnetContextProps): string | null {
  const both = runnerImage !== undefined && runnerRegistry !== undefined;
  return both ? "must not be given together with runnerImage" : notEmpty(runnerRegistry);
}

/** Phases decide which hooks there are, so they cannot wait for a token to be resolved. */
const phasesRule: Rule<readonly string[]> = (phases) => {
  if (phases === undefined) return null;
  if (phases.length === 0) return `must name at least one of ${PHASES.join(", ")}`;
  if (!phases.every((phase) => PHASES.includes(phase))) return `must name only ${PHASES.join(", ")}`;
  return new Set(phases).size < phases.length ? "must not name a phase twice" : null;
};

function attachmentProblem({ name, autoattach, autoattachAll }: TailnetContextProps): string | null {
  if (autoattachAll === true) {
    const rule = autoattach === undefined ? null : "must not be given together with autoattachAll";
    return broken("autoattach", rule, autoattach);
  }
  if (autoattach !== undefined) return broken("autoattach", known(stackLabelProblem)(autoattach), autoattach);
  if (Token.isUnresolved(name))
    return "autoattach must be given, because no label can be made of a name that is a token";
  const rule =
    labelFromName(name) === "" ? "must hold a letter or digit to make a label of, unless autoattach is given" : null;
  return broken("name", rule, name);
}
