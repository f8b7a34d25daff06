// SPDX-License-Identifier: Apache-2.0
import { errorName, SystemError } from "../errors/system-error.js";
import type { NativeSocket } from "./native-socket.js";

// Bound to image/native by image/native/ffi.json. A negative result is -errno.
declare function netRead(fd: number, buffer: Buffer): number;
declare function netWrite(fd: number, bytes: Buffer): number;
declare function netShutdown(fd: number): number;

const EAGAIN = 11;

/** Read into by all connections, one after another. */
const buffer = Buffer.allocUnsafe(65536);

/** Bytes to write, and whom to tell. */
interface Output {
  readonly bytes: Buffer;
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}

/** The bytes of a connected socket of the native build. */
export class NativeConnection {
  readonly socket: NativeSocket;
  private failure: Error | null = null;
  private outputs: Output[] = [];
  /** How many bytes of the first output are sent. */
  private sent = 0;
  private ending = false;

  constructor(socket: NativeSocket) {
    this.socket = socket;
  }

  read(): Promise<Buffer | null> {
    return new Promise<Buffer | null>((resolve, reject) => this.tryRead(resolve, reject));
  }

  readable(then: () => void): void {
    if (this.failure === null && !this.socket.closed) this.socket.readable(then);
    else setTimeout(then, 0);
  }

  write(bytes: Buffer): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.put({ bytes, done: () => resolve(), failed: (error) => reject(error) });
    });
  }

  /** Calls `then` when everything is written, or has failed. */
  whenWritten(then: () => void): void {
    if (this.outputs.length === 0) then();
    else this.put({ bytes: Buffer.alloc(0), done: then, failed: () => then() });
  }

  end(): void {
    if (this.socket.closed || this.ending) return;
    this.ending = true;
    if (this.outputs.length === 0) netShutdown(this.socket.fd);
  }

  close(): void {
    if (this.socket.closed) return;
    this.socket.close();
    this.failOutputs(new SystemError("EPIPE", "write"));
  }

  private tryRead(resolve: (bytes: Buffer | null) => void, reject: (error: Error) => void): void {
    if (this.failure !== null) {
      reject(this.failure);
      return;
    }
    const count = this.socket.closed ? 0 : netRead(this.socket.fd, buffer);
    if (count > 0) resolve(Buffer.from(buffer.subarray(0, count)));
    else if (count === 0) resolve(null);
    else if (count === -EAGAIN) this.socket.readable(() => this.tryRead(resolve, reject));
    else reject(this.fail(-count, "read"));
  }

  private put(output: Output): void {
    const closed: Error | null = this.socket.closed || this.ending ? new SystemError("EPIPE", "write") : null;
    const problem = this.failure ?? closed;
    if (problem !== null) {
      output.failed(problem);
      return;
    }
    this.outputs.push(output);
    if (this.outputs.length === 1) this.flush();
  }

  /** Writes until there is no room left. */
  private flush(): void {
    for (;;) {
      const output = this.outputs[0];
      if (output === undefined) break;
      while (this.sent < output.bytes.length) {
        const count = netWrite(this.socket.fd, output.bytes.subarray(this.sent));
        if (count === -EAGAIN) {
          this.socket.writable(() => this.flush());
          return;
        }
        if (count < 0) {
          this.failOutputs(this.fail(-count, "write"));
          return;
        }
        this.sent += count;
      }
      this.sent = 0;
      this.outputs.shift();
      output.done();
    }
    if (this.ending && !this.socket.closed) netShutdown(this.socket.fd);
  }

  private fail(errno: number, what: string): Error {
    const error = new SystemError(errorName(errno), what);
    this.failure = error;
    return error;
  }

  private failOutputs(error: Error): void {
    const outputs = this.outputs;
    this.outputs = [];
    this.sent = 0;
    for (const output of outputs) output.failed(error);
  }
}
