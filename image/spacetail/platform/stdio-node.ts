// SPDX-License-Identifier: Apache-2.0
import type { Stdio } from "./platform.js";

/** What a shell says of a program that SIGPIPE has ended, which Node ignores. */
const BROKEN_PIPE = 128 + 13;

/** Standard input and output. */
export function openStdio(): Stdio {
  const { stdin, stdout } = process;
  const chunks = stdin[Symbol.asyncIterator]();
  stdout.on("error", () => process.exit(BROKEN_PIPE));
  const write = (bytes: Buffer): Promise<void> =>
    new Promise((resolve) => {
      stdout.write(bytes, () => resolve());
    });
  return {
    read: async () => {
      const { value, done } = await chunks.next();
      return done === true ? null : (value as Buffer);
    },
    write,
    finish: () => {
      stdin.destroy();
      return write(Buffer.alloc(0));
    },
  };
}
