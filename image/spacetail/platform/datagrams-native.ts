// SPDX-License-Identifier: Apache-2.0
import { errorName, SystemError } from "../errors/system-error.js";
import type { Answered, DatagramServer, Datagrams, Reply } from "./datagrams.js";
import { NativeSocket } from "./native-socket.js";

// Bound to image/native by image/native/ffi.json. A negative result is -errno.
declare function udpBind(ip: string, port: number): number;
declare function udpConnect(ip: string, port: number): number;
declare function udpReceive(fd: number, buffer: Buffer): number;
declare function udpSend(fd: number, bytes: Buffer): number;
declare function netPort(fd: number): number;
declare function netRead(fd: number, buffer: Buffer): number;
declare function netWrite(fd: number, bytes: Buffer): number;

/** How long the address in front of a datagram is. */
const ADDRESS = 28;

const buffer = Buffer.allocUnsafe(65_536);

export function nativeDatagrams(): Datagrams {
  return { serve, ask };
}

function serve(ip: string, port: number, served: (bytes: Buffer, reply: Reply) => void): DatagramServer {
  const fd = udpBind(ip, port);
  if (fd < 0) throw new SystemError(errorName(-fd), `bind ${ip}:${port}`);
  const socket = new NativeSocket(fd);
  const receive = (): void => {
    // A handler may close the server, and its descriptor belongs to others at once.
    while (!socket.closed) {
      const length = udpReceive(fd, buffer);
      if (length < ADDRESS) break;
      const address = Buffer.from(buffer.subarray(0, ADDRESS));
      served(Buffer.from(buffer.subarray(ADDRESS, length)), (bytes) => {
        if (!socket.closed) udpSend(fd, Buffer.concat([address, bytes]));
      });
    }
    if (!socket.closed) socket.readable(receive);
  };
  socket.readable(receive);
  return { port: netPort(fd), close: () => socket.close() };
}

function ask(ip: string, port: number, question: Buffer, limitMs: number, done: Answered): void {
  const fd = udpConnect(ip, port);
  if (fd < 0) {
    done(null);
    return;
  }
  const socket = new NativeSocket(fd);
  const end = (answer: Buffer | null): void => {
    clearTimeout(timer);
    if (socket.closed) return;
    socket.close();
    done(answer);
  };
  const timer = setTimeout(() => end(null), limitMs);
  socket.readable(() => {
    if (socket.closed) return;
    const length = netRead(fd, buffer);
    end(length > 0 ? Buffer.from(buffer.subarray(0, length)) : null);
  });
  if (netWrite(fd, question) < 0) end(null);
}
