// SPDX-License-Identifier: Apache-2.0
// Whatever place a secret is given in by mistake, `spacetail render` neither prints nor writes it.
import { FORMATS } from "../../contract/options/option.js";
import { type Outcome, runRender, runWithOptions } from "./command.js";

const MARK = "hunter2-battery-staple";

/** Options with a secret where none belongs. */
const OPTIONS: readonly object[] = [
  [{ auth: { authKey: MARK } }],
  { auth: MARK },
  { auth: { authKey: MARK } },
  { auth: { oauthSecret: MARK } },
  { auth: { oauthSecret: { clientSecret: MARK } } },
  { auth: { oauthClient: { clientSecret: MARK } } },
  { auth: { federated: { identity: true, idToken: MARK } } },
  { authKey: MARK },
  { clientSecret: MARK },
  { secretEnvironment: MARK },
  { secretEnvironment: { TOKEN: MARK } },
  { secretEnvironment: [`TOKEN=${MARK}`] },
  { secretEnvironment: [{ TOKEN: MARK }] },
  { environment: { TS_AUTHKEY: MARK } },
  { environment: { KEY: `-----BEGIN PRIVATE KEY-----\n${MARK}` } },
  { files: { "key.pem": MARK } },
  { files: [{ path: "key.pem", content: MARK }] },
  { files: [{ path: "key.pem", secret: MARK }] },
  { files: [{ path: "key.pem", secretContent: MARK }] },
];

const FLAGS: readonly (readonly string[])[] = [
  ["--secret-environment", `TOKEN=${MARK}`],
  [`--secret-environment=TOKEN=${MARK}`],
  ["--auth-key", MARK],
  ["--auth.auth-key", MARK],
  [`--auth.auth-key=${MARK}`],
  [`--auth.oauth-secret.client-secret=${MARK}`],
  ["--environment", `TS_AUTHKEY=${MARK}`],
  ["--file", `key.pem=${MARK}`],
  [MARK],
];

function expectRefusal({ status, out, err }: Outcome): void {
  expect(status).not.toBe(0);
  expect(out).toBe("");
  expect(err).toMatch(/^spacetail/);
  expect(err).not.toContain(MARK);
}

describe.each(FORMATS)("%s", (format) => {
  test.each(OPTIONS)("%j is refused, and the secret not quoted", (options) => {
    expectRefusal(runWithOptions(format, options));
  });

  test.each(FLAGS)("%s %s is refused, and the secret not quoted", (...flags) => {
    expectRefusal(runRender("--format", format, ...flags));
  });
});
