// SPDX-License-Identifier: Apache-2.0
import { errorName, SystemError } from "../errors/system-error.js";
import { expectEvent, forgetEvent, newId } from "./net-events.js";

// Bound to image/native by image/native/ffi.json. A negative result is -errno.
declare function netWatch(fd: number, id: number, interest: number): number;
declare function netClose(fd: number): void;

/** EPOLLIN and EPOLLOUT. */
export const READ = 1;
export const WRITE = 4;

const nothing = (): void => {};

/** A socket of the native build, and what is waited for on it: at most one thing per direction. */
export class NativeSocket {
  readonly id = newId();
  readonly fd: number;
  closed = false;
  private wanted = 0;
  private whenReadable: () => void = nothing;
  private whenWritable: () => void = nothing;

  constructor(fd: number) {
    this.fd = fd;
  }

  /** Calls `then` when there is something to read, or the end, or an error. */
  readable(then: () => void): void {
    this.whenReadable = then;
    this.watch(this.wanted | READ);
  }

  /** Calls `then` when there is room to write, or an error. */
  writable(then: () => void): void {
    this.whenWritable = then;
    this.watch(this.wanted | WRITE);
  }

  /** Leaves the descriptor to others. */
  release(): void {
    this.closed = true;
    this.wanted = 0;
    // What is waited for may hold on to this socket.
    this.whenReadable = nothing;
    this.whenWritable = nothing;
    forgetEvent(this.id);
  }

  /** Whoever waits for something to read is called, and can see that the socket is closed. */
  close(): void {
    if (this.closed) return;
    const then = this.whenReadable;
    const isAwaited = (this.wanted & READ) !== 0;
    this.release();
    netClose(this.fd);
    // Whoever waits learns of the end, and only later, as with any other event.
    if (isAwaited) setTimeout(then, 0);
  }

  private watch(wanted: number): void {
    this.wanted = wanted;
    let problem = expectEvent(this.id, (events) => this.happened(events));
    if (problem === 0) problem = netWatch(this.fd, this.id, wanted);
    // Out of memory for one more socket, say. Whoever waits must learn of it.
    if (problem < 0) throw new SystemError(errorName(-problem), "epoll");
  }

  private happened(events: number): void {
    const wanted = this.wanted;
    // Errors concern both directions.
    const ready = (events & ~WRITE) !== 0 ? wanted & READ : 0;
    const room = (events & ~READ) !== 0 ? wanted & WRITE : 0;
    this.wanted = wanted & ~ready & ~room;
    if (ready !== 0) {
      const then = this.whenReadable;
      this.whenReadable = nothing;
      then();
    }
    if (room !== 0 && !this.closed) {
      const then = this.whenWritable;
      this.whenWritable = nothing;
      then();
    }
    if (this.wanted !== 0 && !this.closed) this.watch(this.wanted);
  }
}
