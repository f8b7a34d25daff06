// SPDX-License-Identifier: Apache-2.0
import type { DnsAnswer } from "./dns-message.js";

/** The most answers that are kept, and the longest time. The tailnet's DNS may change at any time. */
const MOST = 1024;
const LONGEST_MS = 60_000;

/** How long an answer counts at least: a client that resolves a name and then connects asks twice. Milliseconds. */
const SHORTEST_MS = 1000;

/** How long a question that nobody answered is not asked again. Milliseconds. */
const FAILURE_MS = 2000;

/** Answers of name servers, for as long as they may be kept. */
export interface AnswerCache {
  /** An answer that still counts; null if there is none. */
  readonly get: (question: string, nowMs: number) => DnsAnswer | null;
  readonly put: (question: string, answer: DnsAnswer, nowMs: number) => void;
  readonly size: () => number;
}

export function answerCache(): AnswerCache {
  // In the order in which they were put, so that the oldest goes first.
  const kept = new Map<string, { answer: DnsAnswer; until: number }>();
  return {
    get: (question, nowMs) => {
      const found = kept.get(question);
      if (found === undefined) return null;
      if (found.until > nowMs) return found.answer;
      kept.delete(question);
      return null;
    },
    put: (question, answer, nowMs) => {
      kept.delete(question);
      const ttlMs = answer.kind === "failed" ? FAILURE_MS : answer.ttl * 1000;
      kept.set(question, { answer, until: nowMs + Math.max(SHORTEST_MS, Math.min(LONGEST_MS, ttlMs)) });
      if (kept.size <= MOST) return;
      for (const oldest of kept.keys()) {
        kept.delete(oldest);
        break;
      }
    },
    size: () => kept.size,
  };
}
