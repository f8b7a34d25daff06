// SPDX-License-Identifier: Apache-2.0
import {
  exportCommands,
  exportedValues,
  NO_PROXY_HEAD,
  noProxyEntryProblem,
  noProxyFor,
  originalValues,
  PROXY_VARIABLES,
  proxyVariableProblem,
  shellQuote,
  unsetCommand,
} from "../../contract/index.js";
import { pathWithSpacetail } from "./on-path.js";
import { inEveryShell, run, type Shell } from "./shells.js";

const PROXY = "localhost:8080";
const HEAD =
  "localhost,127.0.0.1,.spacelift.io,169.254.169.254,169.254.170.2,169.254.170.23,168.63.129.16,100.100.100.200,192.0.0.192,169.254.0.23,169.254.42.42,instance-data.ec2.internal,metadata.google.internal,metadata.goog,metadata.tencentyun.com,api.metadata.cloud.ibm.com,metadata.exoscale.com";
const EXPORT = exportCommands(PROXY).join(" && ");
const PATH = pathWithSpacetail();

/** Every mix of unset, empty and set, for the three lists that become one. */
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
  const lines = run(shell, `set -eu; ${command}; env`, { ...env, PATH }).split("\n");
  const pairs = lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)] as const);
  return Object.fromEntries(pairs.filter(([name]) => PROXY_VARIABLES.includes(name)));
}

inEveryShell("the shell exports what exportedValues foretells, whatever the run had, under set -u", (shell) => {
  for (const env of ENVIRONMENTS) {
    const expected = exportedValues(PROXY, env.TS_NO_PROXY ?? "", env);
    expect(seenAfter(shell, EXPORT, env)).toEqual(expected);
  }
});

inEveryShell("exports that are made again change nothing", (shell) => {
  for (const env of ENVIRONMENTS) {
    expect(seenAfter(shell, `${EXPORT}; ${EXPORT}`, env)).toEqual(seenAfter(shell, EXPORT, env));
  }
});

inEveryShell("a run's own proxy gives way while the tunnel is up", (shell) => {
  const env = { HTTP_PROXY: "http://corp.test:3128", https_proxy: "http://corp.test:3128" };
  expect(seenAfter(shell, EXPORT, env)).toMatchObject({
    HTTP_PROXY: "http://localhost:8080",
    HTTPS_PROXY: "http://localhost:8080",
    http_proxy: "http://localhost:8080",
    https_proxy: "http://localhost:8080",
  });
});

inEveryShell("unset takes back all that was exported", (shell) => {
  expect(seenAfter(shell, `${EXPORT}; ${unsetCommand()}`, { NO_PROXY: "corp.test" })).toEqual({});
});

inEveryShell("nothing that a shell could change is in the list", (shell) => {
  const env = { NO_PROXY: "$(echo no) `echo no` $HOME \\ \" ' * ? [a-z] good.test;a&b", TS_NO_PROXY: "a b" };
  expect(seenAfter(shell, EXPORT, env).NO_PROXY).toBe(`${HEAD},a,b`);
});

inEveryShell("any text is one word when quoted", (shell) => {
  const text = 'it\'s $HOME `x` "y" \\ \n * ~ \t é 💥 !';
  expect(run(shell, `printf '%s' ${shellQuote(text)}`, {})).toBe(text);
});

test("the list has the context's destinations and the run's own, in either spelling, each once", () => {
  const { word, leftOut } = noProxyFor("ours.test,b.test", {
    NO_PROXY: "a.test, b.test ,localhost,,",
    no_proxy: "c.test a.test\t10.0.0.0/8",
  });
  expect(word).toBe(`${HEAD},ours.test,b.test,a.test,c.test,10.0.0.0/8`);
  expect(leftOut).toEqual([]);
});

test.each([
  ["*.corp.test", ".corp.test"],
  ["[fd00::1]", "fd00::1"],
])("%s is written so that every program reads it", (entry, plain) => {
  expect(noProxyFor("", { NO_PROXY: entry })).toEqual({ word: `${HEAD},${plain}`, leftOut: [] });
});

test.each([
  "localhost",
  "db",
  "a_b.test",
  ".corp.test",
  "corp.test.",
  "corp.test:8443",
  "10.1.2.3",
  "10.1.2.3:80",
  "10.0.0.0/8",
  "fd00::1",
])("%s may be in a list", (entry) => {
  expect(noProxyEntryProblem(entry)).toBeNull();
  expect(noProxyFor(entry, {}).leftOut).toEqual([]);
});

const NEITHER = "must be a host, a domain or an IPv4 network";

test.each([
  ["*", "must not keep everything out of the tunnel"],
  ["*.corp.test", "must begin with the dot, not with *"],
  ["[fd00::1]", "must not have brackets or a port, at which some programs fail"],
  ["[fd00::1]:443", "must not have brackets or a port, at which some programs fail"],
  ["fe80::/10", "must not be an IPv6 network, at which some programs fail"],
  ["::1/128", "must not be an IPv6 network, at which some programs fail"],
  ["", NEITHER],
  ["http://a.test", NEITHER],
  ["a.test:http", NEITHER],
  ["10.0.0.0/33", NEITHER],
  ["corp.test/24", NEITHER],
  ["a b", NEITHER],
  ["bücher.test", NEITHER],
  ["fe80::1%eth0", NEITHER],
])("%j is refused: %s", (entry, problem) => {
  expect(noProxyEntryProblem(entry)).toBe(problem);
});

test("what is refused in the option is left out of what the run had, and of TS_NO_PROXY", () => {
  const wrong = ["*", "[fd00::1]:443", "fe80::/10", "a.test:http", "corp.test/24"];
  expect(noProxyFor(wrong.slice(0, 2).join(","), { no_proxy: wrong.join(",") })).toEqual({
    word: HEAD,
    leftOut: wrong,
  });
});

test("originalValues undoes the export: it leaves the lists that the run had, in both spellings", () => {
  for (const env of ENVIRONMENTS) {
    const ours = env.TS_NO_PROXY ?? "";
    const lists = [env.NO_PROXY, env.no_proxy].filter((list) => list !== undefined && list !== "").join(",");
    const expected = lists === "" ? {} : { NO_PROXY: lists, no_proxy: lists };
    expect(originalValues(PROXY, ours, exportedValues(PROXY, ours, env))).toEqual(expected);
  }
});

test("originalValues undoes an export that was left behind by a failed phase, changed by others and made again", () => {
  const left = exportedValues(PROXY, "more.test", { NO_PROXY: "corp.test" });
  expect(originalValues(PROXY, "more.test", { NO_PROXY: `first.test,${left.NO_PROXY}` })).toEqual({
    NO_PROXY: "first.test,corp.test",
  });
  const again = exportedValues(PROXY, "more.test", { NO_PROXY: `first.test,${left.NO_PROXY}` });
  expect(again.NO_PROXY).toBe(`${HEAD},more.test,first.test,corp.test`);
  const own = "first.test,corp.test";
  expect(originalValues(PROXY, "more.test", again)).toEqual({ NO_PROXY: own, no_proxy: own });
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

describe("variables that the user names", () => {
  const MORE = [
    "ALL_PROXY",
    "all_proxy",
    "NODE_USE_ENV_PROXY",
    "JAVA_TOOL_OPTIONS",
    "npm_config_noproxy",
    "SOCKS_PROXY",
  ];
  const JVM =
    "-Dhttp.proxyHost=localhost -Dhttp.proxyPort=8080 -Dhttps.proxyHost=localhost -Dhttps.proxyPort=8080 " +
    `-Dhttp.nonProxyHosts=${NO_PROXY_HEAD.map((entry) => entry.replace(/^\./, "*.")).join("|")}`;

  function seen(shell: Shell, command: string, env: Readonly<Record<string, string>>): Record<string, string> {
    const all = { ...env, PATH, TS_PROXY_VARIABLES: MORE.join(",") };
    const lines = run(shell, `set -eu; ${command}; env`, all).split("\n");
    const pairs = lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)] as const);
    return Object.fromEntries(pairs.filter(([name]) => [...PROXY_VARIABLES, ...MORE].includes(name)));
  }

  test("each has the value that its name asks for", () => {
    expect(exportedValues(PROXY, "", { JAVA_TOOL_OPTIONS: "-Xmx1g" }, MORE)).toMatchObject({
      HTTP_PROXY: "http://localhost:8080",
      ALL_PROXY: "http://localhost:8080",
      all_proxy: "http://localhost:8080",
      NODE_USE_ENV_PROXY: "1",
      JAVA_TOOL_OPTIONS: `-Xmx1g ${JVM}`,
      npm_config_noproxy: NO_PROXY_HEAD.join(","),
      SOCKS_PROXY: "socks5h://localhost:8080",
    });
  });

  inEveryShell("the shell exports what exportedValues foretells, again and again, and takes it back", (shell) => {
    const exports = exportCommands(PROXY, MORE).join(" && ");
    const own = { JAVA_TOOL_OPTIONS: "-Xmx1g -Dhttp.proxyHost=corp.test", ALL_PROXY: "http://corp.test:3128" };
    for (const env of [{}, own, { NO_PROXY: "corp.test,10.0.0.0/8" }]) {
      const expected = exportedValues(PROXY, "", env, MORE);
      expect(seen(shell, exports, env)).toEqual(expected);
      expect(seen(shell, `${exports} && ${exports}`, env)).toEqual(expected);
      expect(seen(shell, `${exports} && ${unsetCommand(MORE)}`, env)).toEqual({});
    }
  });

  test("originalValues gives back what the run had, from what an earlier phase left", () => {
    const own = { JAVA_TOOL_OPTIONS: "-Xmx1g -Dhttp.proxyHost=corp.test", ALL_PROXY: "http://corp.test:3128" };
    expect(originalValues(PROXY, "", own, MORE)).toEqual(own);
    expect(originalValues(PROXY, "", { NODE_USE_ENV_PROXY: "1" }, MORE)).toEqual({ NODE_USE_ENV_PROXY: "1" });
    const left = exportedValues(PROXY, "", own, MORE);
    expect(originalValues(PROXY, "", left, MORE)).toEqual({ JAVA_TOOL_OPTIONS: own.JAVA_TOOL_OPTIONS });
  });

  test.each([
    ["ALL_PROXY", null],
    ["_x9", null],
    ["9x", "must be a name of letters, digits and underscores that does not begin with a digit"],
    ["a b", "must be a name of letters, digits and underscores that does not begin with a digit"],
    ["PATH", "must not be a variable that has another meaning"],
    ["TS_AUTHKEY", "must not be a variable that has another meaning"],
  ])("%s: %s", (name, problem) => {
    expect(proxyVariableProblem(name)).toBe(problem);
  });
});
