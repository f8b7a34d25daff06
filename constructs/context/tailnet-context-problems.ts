// SPDX-License-Identifier: Apache-2.0
import { Token } from "cdktf";
import type { IConstruct } from "constructs";
import { apiUrl, labelFromName, PHASES, stackLabelProblem } from "../../contract/index.js";
import { authProblems } from "../auth/tailnet-auth.js";
import { extraLabels, known, notEmpty, type Rule, required } from "../support/rules.js";
import { readableProblems } from "../support/secrets.js";
import { broken } from "../support/validation-error.js";
import { environmentProblems, secretEnvironmentProblems } from "./context-variables.js";
import type { TailnetContextProps } from "./tailnet-context-props.js";
import { fileProblems } from "./tailnet-file.js";
import { tunnelProblems } from "./tunnel-variables.js";

/** What is wrong with the properties of a context, in the order of the checks; null for each rule that is kept. */
export function* contextProblems(scope: IConstruct, props: TailnetContextProps): Generator<string | null> {
  yield broken("name", required(notEmpty)(props.name), props.name);
  yield broken("phases", phasesRule(props.phases), props.phases);
  yield* authProblems(scope, props);
  yield broken("spaceId", notEmpty(props.spaceId), props.spaceId);
  yield attachmentProblem(props);
  yield* environmentProblems(scope, props.environment ?? {});
  yield* secretEnvironmentProblems(props.secretEnvironment ?? {}, props.environment ?? {});
  yield* tunnelProblems(props);
  yield* readableProblems(scope, readableTexts(props));
  yield broken("controlUrl", keyServerRule(props), props.controlUrl);
  yield* fileProblems(scope, props.files ?? []);
  yield broken("writeOnlyVersion", notEmpty(props.writeOnlyVersion), props.writeOnlyVersion);
  yield broken("runnerImage", notEmpty(props.runnerImage), props.runnerImage);
  yield broken("runnerRegistry", runnerRegistryRule(props), props.runnerRegistry);
  yield broken("labels", extraLabels(props.labels), props.labels);
}

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
  const names = PHASES.join(", ");
  if (phases.length === 0) return `must name at least one of ${names}`;
  if (!phases.every((phase) => PHASES.includes(phase))) return `must name only ${names}`;
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
