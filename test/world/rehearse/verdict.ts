// SPDX-License-Identifier: Apache-2.0
import { DEFAULT_HTTP_PROXY, NO_PROXY_HEAD, PROXY_VARIABLES, parseDuration } from "../../../contract/index.js";
import type { PhaseResult } from "../runs/index.js";
import type { TailnetEvent } from "../tailnet.js";
import type { Rehearsal, RehearsalOptions } from "./rehearsal.js";

/** A connection that takes longer has waited for WireGuard's retransmission. Milliseconds. */
const LOST_HANDSHAKE_MS = 4500;

/** The figures of one phase, in milliseconds. */
export interface PhaseFigures {
  readonly name: string;
  /** The tags under which the run joined the tailnet. */
  readonly tags: readonly string[];
  /** What the hook `spacetail up` took. */
  readonly upMs: number;
  /** From the end of `up` to the first answer of the service on the tailnet, Terraform's start included. */
  readonly firstByteMs: number;
  /** From the end of the phase's command and hooks until the node was off the tailnet. */
  readonly downMs: number;
}

/** The JSON line that a rehearsal ends with. */
export interface Verdict {
  readonly reached: boolean;
  readonly phases: readonly PhaseFigures[];
  readonly nodesLeft: number;
  readonly processesLeft: number;
  readonly envLinesLeft: number;
  readonly secretsSeen: number;
  /** Secrets of the tailnet in the state, in the account or in the run's environment. */
  readonly secretsAtRest: number;
}

/** Judges a rehearsal. */
export function judge(rehearsal: Rehearsal): Verdict {
  const { run, timeline, nodesLeft, secretsSeen } = rehearsal;
  const events = timeline.tailnetEvents;
  const phases = run.phases.map((phase) => figures(phase, events));
  return {
    reached: phases.length > 0 && run.phases.every((phase) => serviceAnswers(phase, events).length > 0),
    phases,
    nodesLeft: nodesLeft.length,
    processesLeft: sum(run.phases.map((phase) => phase.processesLeft.length)),
    envLinesLeft: sum(run.phases.map(linesLeft)),
    secretsSeen: secretsSeen.length,
    secretsAtRest: rehearsal.secretsAtRest.length,
  };
}

/** The promises that were broken, each as a sentence; none is what everybody hopes for. */
export function brokenPromises(rehearsal: Rehearsal, verdict: Verdict, options: RehearsalOptions): string[] {
  const { run } = rehearsal;
  const broken: string[] = [];
  const wanted = options.failApply ? "FAILED" : "FINISHED";
  if (run.state !== wanted)
    broken.push(`The run ended ${run.state} instead of ${wanted}: ${run.failure ?? "no reason"}.`);
  if (run.phases.map((phase) => phase.name).join() !== "init,plan,apply") broken.push("Not all phases were run.");
  if (!verdict.reached) broken.push("The service on the tailnet was not reached in every phase.");
  for (const name of rehearsal.nodesLeft) broken.push(`The node ${name} is still on the tailnet.`);
  for (const phase of run.phases) {
    for (const left of phase.processesLeft) broken.push(`After ${phase.name}, ${left.name} (${left.pid}) still runs.`);
    if (linesLeft(phase) > 0) broken.push(`After ${phase.name}, proxy variables are left in the environment file.`);
  }
  if (options.capture) broken.push(...brokenCapture(rehearsal));
  for (const seen of rehearsal.secretsSeen) broken.push(`A secret was seen: ${seen}.`);
  broken.push(...lostHandshakes(rehearsal));
  if (options.federated) broken.push(...brokenFederation(rehearsal, verdict));
  for (const upload of run.uploads) if (upload.failure !== null) broken.push(`The worker's ${upload.failure}.`);
  return broken;
}

/**
 * WireGuard repeats a lost handshake after 5 s, and every phase takes so long longer. `down` says how long the slowest
 * connection took to make, in which neither Terraform's start nor a busy machine has a part worth mentioning.
 */
function lostHandshakes({ run }: Rehearsal): string[] {
  return run.logs.flatMap(({ phase, text }) => {
    const [, service, duration = ""] = /slowest connection (\S+) in (\d[\d.]* [a-z]+)/.exec(text) ?? [];
    if (service === undefined || parseDuration(duration.replace(" ", "").replace("min", "m")) < LOST_HANDSHAKE_MS)
      return [];
    return [`In ${phase}, the connection to ${service} took ${duration}: its handshake was lost.`];
  });
}

/** With capture, programs reach the tailnet without proxy variables. */
function brokenCapture({ run }: Rehearsal): string[] {
  return run.phases.flatMap(({ name, elements }) => [
    ...(run.logs.some(({ phase, text }) => phase === name && text.includes("spacetail: capture: on"))
      ? []
      : [`In ${name}, connections were not captured.`]),
    ...(elements.some(({ text }) => text.includes("export HTTP_PROXY")) ? [`${name} has proxy variables.`] : []),
  ]);
}

/** What federated login promises besides: no secret anywhere, and applies that are told from plans. */
function brokenFederation({ secretsAtRest }: Rehearsal, { phases }: Verdict): string[] {
  const [plan, apply] = ["plan", "apply"].map((name) => phases.find((phase) => phase.name === name)?.tags ?? []);
  return [
    ...secretsAtRest.map((place) => `There is a secret: ${place}.`),
    ...(plan?.join() === apply?.join() ? [`Plan and apply joined alike, under ${plan?.join(", ") || "no tags"}.`] : []),
  ];
}

function figures(phase: PhaseResult, events: readonly TailnetEvent[]): PhaseFigures {
  const up = phase.elements.find((element) => element.text.startsWith("spacetail up"));
  const firstAnswer = serviceAnswers(phase, events)[0];
  const chainEnd = phase.startedAt + phase.shellMs - (phase.trapMs ?? 0);
  const out = events.find((event) => event.type === "node-logged-out" && Date.parse(event.time) >= phase.startedAt);
  const joined = events.find((event) => event.type === "node-registered" && isDuring(phase, event));
  return {
    name: phase.name,
    tags: Array.isArray(joined?.tags) ? joined.tags : [],
    upMs: Math.round(up?.durationMs ?? -1),
    firstByteMs:
      up === undefined || firstAnswer === undefined
        ? -1
        : Math.max(0, Math.round(Date.parse(firstAnswer.time) - up.endedAt)),
    downMs: out === undefined ? -1 : Math.max(0, Math.round(Date.parse(out.time) - chainEnd)),
  };
}

/** The answers that the state backend gave while the phase was in progress. */
function serviceAnswers(phase: PhaseResult, events: readonly TailnetEvent[]): TailnetEvent[] {
  return events.filter(
    (event) =>
      isDuring(phase, event) &&
      event.type === "http-request" &&
      event.listener === "state" &&
      Number(event.status) < 500,
  );
}

function isDuring({ startedAt, durationMs }: PhaseResult, event: TailnetEvent): boolean {
  const at = Date.parse(event.time);
  return at >= startedAt && at <= startedAt + durationMs;
}

/** How many variables in the environment file still carry what our hooks exported. */
function linesLeft(phase: PhaseResult): number {
  const file = phase.environmentFile ?? {};
  const ours = (value: string): boolean =>
    value === `http://${DEFAULT_HTTP_PROXY}` || value.startsWith(NO_PROXY_HEAD.join(","));
  return PROXY_VARIABLES.filter((name) => file[name] !== undefined && ours(file[name] ?? "")).length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
