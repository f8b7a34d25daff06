// SPDX-License-Identifier: Apache-2.0

/** UDP, as a name server needs it. */
export interface Datagrams {
  /**
   * Calls `serve` with each datagram that comes, and with what sends a reply.
   *
   * @throws SystemError if the address cannot be used
   */
  readonly serve: (ip: string, port: number, serve: (bytes: Buffer, reply: Reply) => void) => DatagramServer;
  /** Sends a question, and calls `done` with the first reply; with null if there is none in time. */
  readonly ask: (ip: string, port: number, question: Buffer, limitMs: number, done: Answered) => void;
}

/** Sends a reply. */
export type Reply = (bytes: Buffer) => void;

/** Gets a reply. */
export type Answered = (bytes: Buffer | null) => void;

export interface DatagramServer {
  readonly port: number;
  readonly close: () => void;
}
