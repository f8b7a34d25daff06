// SPDX-License-Identifier: Apache-2.0
import { DEFAULT_PHASES } from "../hooks/phases.js";
import { grantPortProblem, grantTargetProblem } from "../login/policy.js";
import { broken, every, type Given, type GivenList, list, type Rule, required, tags, text } from "./rules.js";

/** What all that puts stacks on a tailnet is made of, as users give it, beside the context. */
export interface TailnetValues {
  readonly account?: Given<string>;
  readonly trust?: { readonly scope?: Given<string> };
  readonly tags?: GivenList;
  readonly applyTags?: GivenList;
  readonly phases?: GivenList;
  readonly grants?: readonly GrantValues[];
}

/** What nodes may connect to, as users give it. */
export interface GrantValues {
  readonly dst: readonly string[];
  readonly ip?: readonly string[];
  readonly src?: readonly string[];
}

/** What is wrong with the values; null for each rule that is kept. */
export function* tailnetProblems(values: TailnetValues): Generator<string | null> {
  const { account, trust, applyTags, phases = DEFAULT_PHASES } = values;
  const rule = account === undefined ? "must not be given without account" : null;
  if (trust !== undefined) yield broken("trust", rule, trust);
  if (applyTags !== undefined) {
    yield broken("applyTags", rule, applyTags);
    yield broken("phases", anyList(phases), phases);
    yield broken("applyTags", applies(phases) ?? appliesAlone(phases), applyTags);
    const scope = trust?.scope;
    yield broken("trust.scope", scope === undefined ? null : "must not be given together with applyTags", scope);
  }
  yield* grantProblems(values);
}

const anyList = list(() => null);

const appliesAlone = list((phases) =>
  phases.every((phase) => phase === "apply") ? "must not be given when phases is apply alone: use tags" : null,
);

const applies = list((phases) => (phases.includes("apply") ? null : "must not be given unless phases has apply"));

function* grantProblems({ tags: given = ["tag:spacelift"], applyTags = [], grants = [] }: TailnetValues) {
  const known = Array.isArray(given) && Array.isArray(applyTags);
  const used = known ? [...given, ...applyTags] : [];
  for (const { src, dst, ip } of grants) {
    const strange = known && Array.isArray(src) && src.some((tag) => !used.includes(tag));
    yield broken("grants.src", strange ? "must hold only tags in use" : tags(src), src);
    yield broken("grants.dst", required(names)(dst) ?? every(text(grantTargetProblem))(dst), dst);
    yield broken("grants.ip", names(ip) ?? every(text(grantPortProblem))(ip), ip);
  }
}

const names: Rule = list((values) => {
  if (values.length === 0) return "must not be empty";
  return values.some((one) => String(one).trim() === "") ? "must not hold an empty entry" : null;
});
