// SPDX-License-Identifier: Apache-2.0
// The text of the hooks is an interface: Spacelift accounts hold it, and people read it there.
import { DEFAULT_HTTP_PROXY, DEFAULT_PHASES, hookLists, type OwnHook, PHASES, RUN } from "../../contract/index.js";

const BEFORE = [
  "spacetail up --watch $$",
  "trap 'spacetail down' EXIT",
  "export HTTP_PROXY=http://localhost:8080 HTTPS_PROXY=http://localhost:8080 NO_PROXY=$(spacetail env NO_PROXY)",
  "export http_proxy=http://localhost:8080 https_proxy=http://localhost:8080 no_proxy=$NO_PROXY",
];

const AFTER = [
  "unset HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy",
  'eval "$(spacetail env --restore)"',
  "spacetail scrub",
];

test("the hooks, word for word", () => {
  const hooks = hookLists({ phases: DEFAULT_PHASES, httpProxy: DEFAULT_HTTP_PROXY, exitTrap: true });
  expect(hooks).toEqual({
    before_plan: BEFORE,
    after_plan: AFTER,
    before_apply: BEFORE,
    after_apply: AFTER,
    before_perform: BEFORE,
    after_perform: AFTER,
    before_destroy: BEFORE,
    after_destroy: AFTER,
  });
});

test("init has the same hooks when it is chosen", () => {
  const hooks = hookLists({ phases: ["init"], httpProxy: DEFAULT_HTTP_PROXY, exitTrap: true });
  expect(hooks).toEqual({ before_init: BEFORE, after_init: AFTER });
});

test("without the trap the last hook takes the tunnel down", () => {
  const hooks = hookLists({ phases: ["plan"], httpProxy: DEFAULT_HTTP_PROXY, exitTrap: false });
  expect(hooks.before_plan).toEqual([BEFORE[0], BEFORE[2], BEFORE[3]]);
  expect(hooks.after_plan).toEqual([...AFTER, "spacetail down"]);
});

test("variables that the user names are exported and taken back like the others", () => {
  const proxyVariables = ["ALL_PROXY", "NODE_USE_ENV_PROXY", "JAVA_TOOL_OPTIONS", "GLOBAL_AGENT_NO_PROXY", "NO_PROXY"];
  const hooks = hookLists({ phases: ["plan"], httpProxy: DEFAULT_HTTP_PROXY, exitTrap: true, proxyVariables });
  expect(hooks.before_plan).toEqual([
    ...BEFORE,
    'export ALL_PROXY=http://localhost:8080 NODE_USE_ENV_PROXY=1 JAVA_TOOL_OPTIONS="$(spacetail env JAVA_TOOL_OPTIONS)" GLOBAL_AGENT_NO_PROXY=$NO_PROXY',
  ]);
  expect(hooks.after_plan).toEqual([
    `${AFTER[0]} ALL_PROXY NODE_USE_ENV_PROXY JAVA_TOOL_OPTIONS GLOBAL_AGENT_NO_PROXY`,
    ...AFTER.slice(1),
  ]);
});

test.each(["false", "auto", "a token"])("with userspace %j the run decides about proxies", (userspace) => {
  const hooks = hookLists({ phases: ["plan"], httpProxy: DEFAULT_HTTP_PROXY, exitTrap: true, userspace });
  expect(hooks).toEqual({ before_plan: [...BEFORE.slice(0, 2), 'eval "$(spacetail env)"'], after_plan: AFTER });
});

test.each(["true", "1", undefined])("with userspace %j there are always proxies", (userspace) => {
  const hooks = hookLists({ phases: ["plan"], httpProxy: DEFAULT_HTTP_PROXY, exitTrap: true, userspace });
  expect(hooks).toEqual({ before_plan: BEFORE, after_plan: AFTER });
});

test.each(["true", "phase", "a token"])("with capture %j the executable says what to export", (capture) => {
  const hooks = hookLists({ phases: ["plan"], httpProxy: DEFAULT_HTTP_PROXY, exitTrap: true, capture });
  expect(hooks.before_plan).toEqual([BEFORE[0], BEFORE[1], 'eval "$(spacetail env)"']);
  expect(hooks.after_plan).toEqual(AFTER);
});

test("programs are pointed at the proxy's address", () => {
  const hooks = hookLists({ phases: ["plan"], httpProxy: "localhost:9090", exitTrap: true });
  expect(hooks.before_plan?.join(" ").match(/http:\/\/\S+/g)).toEqual(Array(4).fill("http://localhost:9090"));
});

test("no hook can break the line that Spacelift joins all hooks of a phase into", () => {
  for (const exitTrap of [true, false]) {
    const hooks = hookLists({ phases: PHASES, httpProxy: DEFAULT_HTTP_PROXY, exitTrap });
    for (const hook of Object.values(hooks).flat()) expect(hook).not.toMatch(/[\r\n]|#|&\s*$|\bexit\b/);
  }
});

// Engines write a text with `${` into HCL as it is, quotes and backslashes too.
test("no hook has both a ${ and a quote or a backslash", () => {
  const hooks = [true, false].flatMap((exitTrap) =>
    Object.values(hookLists({ phases: PHASES, httpProxy: DEFAULT_HTTP_PROXY, exitTrap })).flat(),
  );
  for (const hook of hooks) expect(hook).not.toMatch(/[$%]\{/);
});

describe("own hooks", () => {
  const own = (phase: string, before: boolean, command: string, outside = false): OwnHook => {
    return { phase, before, command, outside };
  };
  const lists = (...hooks: OwnHook[]) => {
    return hookLists({ phases: ["plan"], httpProxy: DEFAULT_HTTP_PROXY, exitTrap: true }, hooks);
  };

  test("run inside the tunnel, in their order", () => {
    const hooks = [own("plan", true, "a"), own("plan", false, "c"), own("plan", true, "b"), own("plan", false, "d")];
    expect(lists(...hooks)).toEqual({
      before_plan: [...BEFORE, "a", "b"],
      after_plan: ["c", "d", ...AFTER],
    });
  });

  test("run outside of it when they are to", () => {
    const hooks = [own("plan", true, "in"), own("plan", true, "out", true), own("plan", false, "out", true)];
    expect(lists(...hooks)).toEqual({
      before_plan: ["out", ...BEFORE, "in"],
      after_plan: [...AFTER, "out"],
    });
  });

  test("can belong to phases that are not on the tunnel, and to the end of the run", () => {
    expect(lists(own("init", true, "a"), own(RUN, false, "b"))).toEqual({
      before_init: ["a"],
      before_plan: BEFORE,
      after_plan: AFTER,
      after_run: ["b"],
    });
  });
});
