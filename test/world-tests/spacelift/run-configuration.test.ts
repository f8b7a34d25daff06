// SPDX-License-Identifier: Apache-2.0
import { Account, type Change, runConfiguration } from "../../world/spacelift/index.js";

function contextNames(account: Account, stackId: string): readonly string[] {
  return runConfiguration(account, stackId).contexts.map(({ name }) => name);
}

describe("which contexts a stack gets", () => {
  test("one whose autoattach label names a label of the stack, colons and all", () => {
    const account = new Account();
    account.stacks.add({ name: "web", labels: ["runtime:tailnet", "other"] });
    account.contexts.create({ name: "mine", labels: ["autoattach:runtime:tailnet"] });
    account.contexts.create({ name: "prefix only", labels: ["autoattach:runtime"] });
    account.contexts.create({ name: "plain label", labels: ["runtime:tailnet"] });

    expect(contextNames(account, "web")).toEqual(["mine"]);
  });

  test("autoattach:* reaches every stack; a stack's own autoattach label does nothing", () => {
    const account = new Account();
    account.stacks.add({ name: "web", labels: ["autoattach:tailnet"] });
    account.contexts.create({ name: "everywhere", labels: ["autoattach:*"] });
    account.contexts.create({ name: "tailnet", labels: ["autoattach:tailnet"] });

    expect(contextNames(account, "web")).toEqual(["everywhere"]);
  });

  test("auto-attachment follows inheritance down the spaces, and stops where one does not inherit", () => {
    const account = new Account();
    account.spaces.add({ id: "team", name: "team", inheritEntities: true });
    account.spaces.add({ id: "team-dev", name: "dev", parentSpace: "team", inheritEntities: true });
    account.spaces.add({ id: "sealed", name: "sealed" });
    account.spaces.add({ id: "below-sealed", name: "below", parentSpace: "sealed", inheritEntities: true });
    account.contexts.create({ name: "from root", labels: ["autoattach:*"], space: "root" });
    account.contexts.create({ name: "from team", labels: ["autoattach:*"], space: "team" });
    account.contexts.create({ name: "from dev", labels: ["autoattach:*"], space: "team-dev" });
    const stacks = ["root", "team", "team-dev", "sealed", "below-sealed", "legacy"];
    for (const space of stacks) account.stacks.add({ name: `in ${space}`, space });

    const got = Object.fromEntries(stacks.map((space) => [space, contextNames(account, `in-${space}`)]));

    expect(got).toEqual({
      root: ["from root"],
      team: ["from team", "from root"],
      "team-dev": ["from team", "from root", "from dev"],
      sealed: [],
      "below-sealed": [],
      legacy: [],
    });
  });

  test("a context that is attached and labelled comes once, with its priority", () => {
    const account = new Account();
    account.stacks.add({ name: "web", labels: ["tailnet"] });
    account.contexts.create({ name: "tailnet", labels: ["autoattach:tailnet"] });
    account.contexts.create({ name: "zebra", labels: ["autoattach:*"] });
    account.attachments.attach("tailnet", "web", 7);

    const { contexts } = runConfiguration(account, "web");

    expect(contexts.map(({ name, priority }) => [name, priority])).toEqual([
      ["tailnet", 7],
      ["zebra", null],
    ]);
  });

  test("an unknown stack is an error that names it", () => {
    expect(() => runConfiguration(new Account(), "nobody")).toThrow("stack nobody not found");
  });
});

describe("what a run of a stack gets", () => {
  const account = new Account();
  account.stacks.add({
    name: "web",
    labels: ["tailnet"],
    runnerImage: "registry.example/spacetail:1",
    hooks: { beforePlan: ["stack before"], afterPlan: ["stack after"] },
  });
  account.stacks.require("web").elements.add(environmentVariable("SHARED", "stack"));
  account.contexts.create({
    name: "explicit",
    hooks: { beforePlan: ["explicit before"], afterPlan: ["explicit after"] },
  });
  account.contexts.create({ name: "alpha", labels: ["autoattach:tailnet"], hooks: { beforePlan: ["alpha before"] } });
  account.contexts.create({ name: "beta", labels: ["autoattach:tailnet"], hooks: { beforePlan: ["beta before"] } });
  account.attachments.attach("explicit", "web", 0);
  for (const name of ["explicit", "alpha", "beta"]) {
    const { elements } = account.contexts.require(name);
    elements.add(environmentVariable("SHARED", name));
    elements.add({ ...environmentVariable("SECRET", `secret of ${name}`), writeOnly: true });
    if (name !== "explicit") elements.add(environmentVariable("LABELLED", name));
    elements.add({ id: "boot.sh", type: "FILE_MOUNT", value: base64(`echo ${name}`), writeOnly: name === "explicit" });
  }
  const configuration = runConfiguration(account, "web");

  test("its runner image", () => {
    expect(configuration.stack.runnerImage).toBe("registry.example/spacetail:1");
  });

  test("every hook in the order it runs", () => {
    const { beforePlan, afterPlan, beforeApply } = configuration.hooks;
    expect(beforePlan).toEqual(["explicit before", "beta before", "alpha before", "stack before"]);
    expect(afterPlan).toEqual(["stack after", "explicit after"]);
    expect(beforeApply).toEqual([]);
  });

  test("one value for every variable: the stack's, else the attached context's, else the first labelled one's", () => {
    expect(configuration.environment).toEqual([
      { name: "LABELLED", value: "alpha", secret: false },
      { name: "SECRET", value: "secret of explicit", secret: true },
      { name: "SHARED", value: "stack", secret: false },
    ]);
  });

  test("mounted files as bytes, by the same precedence", () => {
    expect(configuration.mountedFiles).toEqual([
      { path: "boot.sh", content: Buffer.from("echo explicit"), secret: true },
    ]);
  });
});

describe("the events of an account", () => {
  test("tell what happened to what, without values", () => {
    const account = new Account();
    const changes: Change[] = [];
    account.events.on("change", (change) => changes.push(change));

    account.stacks.add({ name: "web" });
    account.contexts.create({ name: "Tail net" });
    account.contexts.require("tail-net").elements.add(environmentVariable("TOKEN", "hidden-value"));
    account.contexts.require("tail-net").elements.add(environmentVariable("TOKEN", "another"));
    account.attachments.attach("tail-net", "web", 0);
    account.contexts.update("tail-net", { name: "Renamed" });
    account.contexts.delete("tail-net");

    expect(changes.map(({ action, kind, id }) => `${action} ${kind} ${id}`)).toEqual([
      "created stack web",
      "created context tail-net",
      "created environment variable tail-net/TOKEN",
      "updated environment variable tail-net/TOKEN",
      "created context attachment tail-net/web",
      "updated context tail-net",
      "deleted context attachment tail-net/web",
      "deleted context tail-net",
    ]);
    expect(JSON.stringify(changes)).not.toContain("hidden-value");
  });
});

function environmentVariable(id: string, value: string) {
  return { id, type: "ENVIRONMENT_VARIABLE", value, writeOnly: false } as const;
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
