// SPDX-License-Identifier: Apache-2.0
import { errorName } from "../errors/system-error.js";
import type { Capture, CapturedFile, Listening } from "./capture.js";
import { nativeDatagrams } from "./datagrams-native.js";
import { endedOf } from "./ended.js";
import { expectEvent, forgetEvent, newId } from "./net-events.js";

// Bound to image/native by image/native/ffi.json. A negative result is -errno.
declare function runCaptured(words: string, variables: string): number;
declare function captureProbe(): number;
declare function isCaptured(): number;
declare function captureProxy(ip: string, port: number): number;
declare function captureRoutes(networks: string): number;
declare function captureFile(which: number, text: string): number;
declare function captureNames(ip: string, port: number): number;
declare function captureCount(which: number): number;
declare function captureStart(words: string, channel: number, opens: number, id: number): number;

export function nativeCapture(): Capture {
  return {
    probe: () => captureProbe(),
    isCaptured: () => isCaptured() === 1,
    run: async (path, words, changed) => {
      const variables: string[] = [];
      for (const [name, value] of Object.entries(changed)) variables.push(`${name}=${value}`);
      return endedOf(runCaptured([path].concat(words).join("\0"), variables.join("\0")));
    },
    start: (words, channel, opens, happened) => {
      const id = newId();
      listen(id, happened);
      const result = captureStart(words.join("\0"), channel, opens ? 1 : 0, id);
      if (result === 0) return "";
      forgetEvent(id);
      return errorName(-result);
    },
    proxy: (ip, port) => {
      captureProxy(ip, port);
    },
    routes: (networks) => {
      captureRoutes(networks);
    },
    file: (name: CapturedFile, text) => {
      captureFile(name === "hosts" ? 1 : 0, text);
    },
    names: (ip, port) => {
      captureNames(ip, port);
    },
    datagrams: nativeDatagrams(),
    counts: () => ({
      captured: captureCount(0),
      failed: captureCount(1),
      open: captureCount(2),
      sent: captureCount(3),
      received: captureCount(4),
      unreadable: captureCount(5),
    }),
  };
}

/** Events are waited for one by one. */
function listen(id: number, happened: Listening): void {
  expectEvent(id, (what) => {
    if (what === 0) listen(id, happened);
    happened(what === 0 ? "stale" : "over");
  });
}
