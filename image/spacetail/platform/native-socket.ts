// SPDX-License-Identifier: Apache-2.0
import { errorName, SystemError } from "../errors/system-error.js";
import { hold, newId, unhold } from "./net-events.js";

// Bound to image/native/script.c by image/native/ffi.json. A negative result is -errno.
declare function netReady(callback: (id: number, events: number) => void): number;
declare function netWatch(fd: number, id: number, interest: number): number;
declare function netClose(fd: number): void;

/** EPOLLIN and EPOLLOUT. */
export const READ = 1;
export const WRITE = 4;

const nothing = (): void => {};

/** The sockets on which something has been waited for, by their IDs. */
const sockets = new Map<number, NativeSocket>();
let isListening = false;

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
    this.want(0);
    // What is waited for may hold on to this socket.
    this.whenReadable = nothing;
    this.whenWritable = nothing;
    sockets.delete(this.id);
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

  happened(events: number): void {
    const wanted = this.wanted;
    // Errors concern both directions.
    const ready = (events & ~WRITE) !== 0 ? wanted & READ : 0;
    const room = (events & ~READ) !== 0 ? wanted & WRITE : 0;
    const left = wanted & ~ready & ~room;
    hold();
    if (left === 0) this.want(0);
    else this.watch(left);
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
    unhold();
  }

  private watch(wanted: number): void {
    let problem = listenToEvents();
    this.want(wanted);
    sockets.set(this.id, this);
    if (problem === 0) problem = netWatch(this.fd, this.id, wanted);
    if (problem === 0) return;
    // Out of memory for one more socket, say. Whoever waits must learn of it.
    this.want(0);
    throw new SystemError(errorName(-problem), "epoll");
  }

  /** While anything is wanted, the process stays alive. */
  private want(wanted: number): void {
    const before = this.wanted;
    this.wanted = wanted;
    if (before === 0 && wanted !== 0) hold();
    else if (before !== 0 && wanted === 0) unhold();
  }
}

function listenToEvents(): number {
  if (isListening) return 0;
  const problem = netReady(dispatch);
  isListening = problem === 0;
  return problem;
}

const dispatch = (id: number, events: number): void => {
  const socket = sockets.get(id);
  if (socket !== undefined) socket.happened(events);
};
