// SPDX-License-Identifier: Apache-2.0
// npm run world: the embedded tailnet and Spacelift alone, until interrupted.
import { startWorld } from "./world.js";

async function main(): Promise<void> {
  const world = await startWorld();
  const { tailnet, spacelift, oidc } = world;
  const { info } = tailnet;
  const lines = [
    "# The embedded world is up. Settings for clients:",
    `export TS_CONTROL_URL=${info.controlUrl}`,
    `export TS_API_URL=${info.apiUrl}`,
    `export TAILSCALE_BASE_URL=${info.apiUrl}`,
    `export TAILSCALE_OAUTH_CLIENT_ID=${info.admin.clientId}`,
    `export TAILSCALE_OAUTH_CLIENT_SECRET=${info.admin.clientSecret}`,
    `export SPACELIFT_API_KEY_ENDPOINT=${spacelift.credentials.endpoint}`,
    `export SPACELIFT_API_KEY_ID=${spacelift.credentials.keyId}`,
    `export SPACELIFT_API_KEY_SECRET=${spacelift.credentials.keySecret}`,
    `# issuer of identity tokens: ${oidc.issuer}, served at ${oidc.url}`,
    `# https: ${info.https.ecdsa.replace("127.0.0.1", "localhost")} with SSL_CERT_FILE=${info.caFile}`,
    `# peers: ${info.peers.map((peer) => `${peer.dnsName} ${peer.addresses[0]}${peer.online ? "" : " (offline)"}`).join(", ")}`,
    `# test-only endpoint: ${info.adminUrl}/world/info`,
  ];
  console.log(lines.join("\n"));
  const end = (): void => {
    world.stop().then(() => process.exit(0));
  };
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
}

main().catch((error: Error) => {
  console.error(`world: ${error.message}`);
  process.exit(1);
});
