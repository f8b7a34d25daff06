// SPDX-License-Identifier: Apache-2.0
import type { Platform } from "../../../image/spacetail/platform/platform.js";
import { front } from "./front.js";
import { local } from "./local.js";
import { apiReply, dns, httpRequest, httpResponse, socks, upstream } from "./messages.js";
import { byteAt, described, type Target } from "./target.js";
import { settings } from "./words.js";

const TARGETS: readonly Target[] = [front, httpRequest, httpResponse, apiReply, socks, upstream, dns, local, settings];

/** The longest result that is printed. */
const LONGEST = 300;

/**
 * Feeds a parser with cases from standard input, each with four bytes of length before it, and prints one JSON text a
 * line for each: what the parser made of it.
 */
export async function feed(platform: Platform, name: string): Promise<void> {
  const target = TARGETS.find((one) => one.name === name);
  if (target === undefined) throw new Error(`no parser is called ${name}`);
  const stdio = platform.stdio();
  let bytes: Buffer = Buffer.alloc(0);
  for (;;) {
    while (bytes.length >= 4) {
      const end = 4 + bytes.readUInt32BE(0);
      if (bytes.length < end) break;
      const line = await lineOf(target, Buffer.from(bytes.subarray(4, end)));
      bytes = bytes.subarray(end);
      await stdio.write(Buffer.from(`${line}\n`));
    }
    const chunk = await stdio.read();
    if (chunk === null) break;
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
  }
  await stdio.finish();
}

async function lineOf(target: Target, input: Buffer): Promise<string> {
  try {
    const text = await target.run(input);
    return JSON.stringify({ ok: true, text: text.slice(0, LONGEST), length: text.length, hash: hashOf(text) });
  } catch (error) {
    return JSON.stringify({ ok: false, text: described(error), length: 0, hash: 0 });
  }
}

/** Tells long results apart. */
function hashOf(text: string): number {
  const bytes = Buffer.from(text);
  let hash = 7;
  for (let i = 0; i < bytes.length; i += 1) hash = (hash * 31 + byteAt(bytes, i)) % 4_294_967_291;
  return hash;
}
