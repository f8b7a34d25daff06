// SPDX-License-Identifier: Apache-2.0
import { CodedError } from "../errors/failure.js";
import type { Connection } from "./net.js";

// Bound to image/native/tls.c by image/native/ffi.json. Sessions are numbers.
declare function tlsTrust(certificates: string): number;
declare function tlsOpen(name: string): number;
declare function tlsFeed(session: number, bytes: Buffer): number;
declare function tlsTake(session: number, bytes: Buffer): number;
declare function tlsHandshake(session: number): number;
declare function tlsFlags(session: number): number;
declare function tlsAlert(session: number): number;
declare function tlsRead(session: number, bytes: Buffer): number;
declare function tlsWrite(session: number, bytes: Buffer): number;
declare function tlsEnd(session: number): void;
declare function tlsClose(session: number): void;

// Errors of mbedTLS, from its ssl.h, x509.h and pk.h.
const FATAL_ALERT = -0x7780;
const UNKNOWN_KEY_TYPES: readonly number[] = [-0x3c80, -0x2600, -0x2100, -0x7a00];

/** The alert of a server that has nothing in common with the client (RFC 8446, section 6.2). */
const HANDSHAKE_FAILURE = 40;

// What is wrong with a certificate: MBEDTLS_X509_BADCERT_ in x509.h.
const EXPIRED = 0x01;
const OTHER_NAME = 0x04;
const UNTRUSTED = 0x08;
const FUTURE = 0x0200;

/** How much is taken or read at a time. Bytes. */
const PIECE = 16_384;

/** Makes TLS trust exactly these certificate authorities, each a PEM block. */
export function trustNative(certificates: readonly string[]): void {
  tlsTrust(certificates.join(""));
}

/** TLS over a connection, for the native build. */
export async function secureNative(connection: Connection, name: string): Promise<Connection> {
  const session = tlsOpen(name);
  if (session === 0) throw new CodedError("ENOMEM", "out of memory");
  const piece = Buffer.alloc(PIECE);
  let open = true;
  const close = (): void => {
    if (open) tlsClose(session);
    open = false;
    connection.close();
  };
  const flush = async (): Promise<void> => {
    while (open) {
      const count = tlsTake(session, piece);
      if (count <= 0) return;
      await connection.write(Buffer.from(piece.subarray(0, count)));
    }
  };
  /** Waits for bytes; false if the session was closed meanwhile. */
  const feed = async (): Promise<boolean> => {
    const chunk = await connection.read();
    if (open) tlsFeed(session, chunk === null ? Buffer.alloc(0) : chunk);
    return open;
  };
  for (;;) {
    const result = tlsHandshake(session);
    const failure = result < 0 ? handshakeError(session, result) : null;
    await flush();
    if (failure !== null) {
      close();
      throw failure;
    }
    if (result === 0) break;
    if (!(await feed())) throw new CodedError("ECONNRESET", "the connection was closed");
  }
  return {
    id: connection.id,
    read: async () => {
      const bytes = Buffer.alloc(PIECE);
      while (open) {
        const count = tlsRead(session, bytes);
        // Answers to messages of the protocol itself.
        await flush();
        if (count > 0) return bytes.subarray(0, count);
        if (count === 0) return null;
        if (count < -1) throw new CodedError("EPROTO", `TLS failed (mbedTLS error ${count})`);
        if (!(await feed())) return null;
      }
      return null;
    },
    // What has come may not be complete, so whoever reads has to wait once more.
    readable: (then) => setTimeout(then, 0),
    write: async (bytes) => {
      if (!open) throw new CodedError("EPIPE", "the connection was closed");
      const result = tlsWrite(session, bytes);
      await flush();
      if (result < 0) throw new CodedError("EPROTO", `TLS failed (mbedTLS error ${result})`);
    },
    end: () => {
      if (!open) return;
      tlsEnd(session);
      flush().then(
        () => connection.end(),
        () => connection.close(),
      );
    },
    close,
  };
}

/** An error with Node's code, so that both builds say the same about a certificate. */
function handshakeError(session: number, result: number): CodedError {
  // Those of an untrusted certificate mean nothing; and a clock that is wrong makes all others wrong too.
  const flags = tlsFlags(session);
  const has = (bit: number): boolean => flags < 0x1_0000_0000 - 1 && Math.floor(flags / bit) % 2 === 1;
  if (has(EXPIRED)) return new CodedError("CERT_HAS_EXPIRED", "certificate has expired");
  if (has(FUTURE)) return new CodedError("CERT_NOT_YET_VALID", "certificate is not yet valid");
  if (has(UNTRUSTED)) return new CodedError("UNABLE_TO_VERIFY_LEAF_SIGNATURE", "unable to verify the certificate");
  if (has(OTHER_NAME)) return new CodedError("ERR_TLS_CERT_ALTNAME_INVALID", "the certificate is for another name");
  if (result === FATAL_ALERT && tlsAlert(session) === HANDSHAKE_FAILURE) {
    return new CodedError("ERR_TLS_KEY_TYPE", "the server has nothing in common with the client");
  }
  if (UNKNOWN_KEY_TYPES.includes(result)) {
    return new CodedError("ERR_TLS_KEY_TYPE", "the certificate cannot be read");
  }
  const cause = result === FATAL_ALERT ? `alert ${tlsAlert(session)}` : `mbedTLS error ${result}`;
  return new CodedError("EPROTO", `the TLS handshake failed (${cause})`);
}
