// SPDX-License-Identifier: Apache-2.0
import { Duplex } from "node:stream";
import { checkServerIdentity, connect } from "node:tls";
import { ipBytes } from "../../../contract/wire/networks.js";
import { CodedError } from "../errors/failure.js";
import type { Connection } from "./net.js";
import { opened } from "./net-node.js";

const OTHER_NAME = "ERR_TLS_CERT_ALTNAME_INVALID";

/** TLS over a connection, for the build for Node. */
export function secureConnection(
  connection: Connection,
  name: string,
  certificates: readonly string[],
): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const isAddress = ipBytes(name) !== null;
    const socket = connect({
      socket: streamOf(connection),
      ca: [...certificates],
      // There is no SNI for addresses (RFC 6066), and Node would warn.
      ...(isAddress ? {} : { servername: name }),
      checkServerIdentity: (_, certificate) => {
        // Go's clients and browsers do not look at the common name, and neither does the native build.
        const hasNames = certificate.subjectaltname !== undefined;
        return hasNames ? checkServerIdentity(name, certificate) : new CodedError(OTHER_NAME, "no alternative names");
      },
      // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
      rejectUnauthorized: true,
    });
    socket.once("error", reject);
    socket.once("secureConnect", () => {
      socket.off("error", reject);
      resolve(opened(socket));
    });
  });
}

/** A connection as a stream of Node's. */
function streamOf(connection: Connection): Duplex {
  return new Duplex({
    allowHalfOpen: true,
    read() {
      connection.read().then(
        (chunk) => this.push(chunk),
        (error: Error) => this.destroy(error),
      );
    },
    write(chunk: Buffer, _, done) {
      connection.write(chunk).then(() => done(), done);
    },
    final(done) {
      connection.end();
      done();
    },
    destroy(error, done) {
      connection.close();
      done(error);
    },
  });
}
