// SPDX-License-Identifier: Apache-2.0
import {
  exportCommand,
  exportedValues,
  originalValues,
  PROXY_VARIABLES,
  shellQuote,
  unsetCommand,
} from "../../contract/index.js";
import { inEveryShell, run, type Shell } from "./shells.js";

const PROXY = "localhost:8080";
const HEAD = "localhost,127.0.0.1,::1,169.254.169.254,169.254.170.2,.spacelift.io";

/** Every mix of unset, empty and set, for the three lists that the hooks join. */
const ENVIRONMENTS = [undefined, "", "corp.test,10.0.0.0/8"].flatMap((upper) =>
  [undefined, "", "lower.test"].flatMap((lower) =>
    [undefined, "", "more.test,more2.test"].map((ours) =>
      given({ NO_PROXY: upper, no_proxy: lower, TS_NO_PROXY: ours }),
    ),
  ),
);

function given(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** What a child of the shell sees of the proxy variables after the command. */
function seenAfter(shell: Shell, command: string, env: Readonly<Record<string, string>>): Record<string, string> {
  const lines = run(shell, `set -eu; ${command}; env`, env).split("\n");
  const pairs = lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)] as const);
  return Object.fromEntries(pairs.filter(([name]) => PROXY_VARIABLES.includes(name)));
}

inEveryShell("the shell exports what exportedValues foretells, whatever the run had, under set -u", (shell) => {
  for (const env of ENVIRONMENTS) {
    const expected = exportedValues(PROXY, env.TS_NO_PROXY ?? "", env);
    expect(seenAfter(shell, exportCommand(PROXY), env)).toEqual(expected);
  }
});

inEveryShell("a run's own proxy gives way while the tunnel is up", (shell) => {
  const env = { HTTP_PROXY: "http://corp.test:3128", https_proxy: "http://corp.test:3128" };
  expect(seenAfter(shell, exportCommand(PROXY), env)).toMatchObject({
    HTTP_PROXY: "http://localhost:8080",
    HTTPS_PROXY: "http://localhost:8080",
    http_proxy: "http://localhost:8080",
    https_proxy: "http://localhost:8080",
  });
});

inEveryShell("unset takes back all that was exported", (shell) => {
  expect(seenAfter(shell, `${exportCommand(PROXY)}; ${unsetCommand()}`, { NO_PROXY: "corp.test" })).toEqual({});
});

inEveryShell("values are text, not shell: nothing in them is expanded", (shell) => {
  const env = { NO_PROXY: "$(echo no) `echo no` $HOME \\ \" ' *" };
  expect(seenAfter(shell, exportCommand(PROXY), env).NO_PROXY).toBe(`${HEAD},${env.NO_PROXY}`);
});

inEveryShell("any text is one word when quoted", (shell) => {
  const text = 'it\'s $HOME `x` "y" \\ \n * ~ \t é 💥 !';
  expect(run(shell, `printf '%s' ${shellQuote(text)}`, {})).toBe(text);
});

test("originalValues undoes the export: it leaves the lists that the run had, in both spellings", () => {
  for (const env of ENVIRONMENTS) {
    const ours = env.TS_NO_PROXY ?? "";
    const lists = [env.NO_PROXY, env.no_proxy].filter((list) => list !== undefined && list !== "").join(",");
    const expected = lists === "" ? {} : { NO_PROXY: lists, no_proxy: lists };
    expect(originalValues(PROXY, ours, exportedValues(PROXY, ours, env))).toEqual(expected);
  }
});

test("originalValues undoes an export that was left behind by a failed phase and made again", () => {
  const left = exportedValues(PROXY, "more.test", { NO_PROXY: "corp.test" });
  const again = exportedValues(PROXY, "more.test", { NO_PROXY: left.NO_PROXY });
  expect(again.NO_PROXY).toBe(`${HEAD},more.test,${HEAD},more.test,corp.test`);
  expect(originalValues(PROXY, "more.test", again)).toEqual({ NO_PROXY: "corp.test", no_proxy: "corp.test" });
});

test("originalValues leaves an environment alone that no hook has touched", () => {
  const env = { HTTP_PROXY: "http://corp.test:3128", https_proxy: "http://corp.test:3128", NO_PROXY: "localhost,a" };
  expect(originalValues(PROXY, "", env)).toEqual(env);
  expect(originalValues(PROXY, "", { HTTP_PROXY: "", NO_PROXY: undefined })).toEqual({});
});

test("originalValues gives back a run's own proxy, and none where it was ours", () => {
  expect(
    originalValues(PROXY, "", { HTTP_PROXY: "http://corp.test:3128", HTTPS_PROXY: "http://localhost:8080" }),
  ).toEqual({
    HTTP_PROXY: "http://corp.test:3128",
  });
});
