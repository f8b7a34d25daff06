// SPDX-License-Identifier: Apache-2.0

/** A hook list that several phases have. */
export interface SharedHooks {
  readonly name: "tunnel_up" | "tunnel_down";
  readonly commands: readonly string[];
  /** The lists that are so, by Spacelift's names. */
  readonly lists: readonly string[];
}

/** The hook lists before phases, and those after phases, that occur more than once: those of the tunnel alone. */
export function sharedHooks(hooks: Readonly<Record<string, readonly string[]>>): SharedHooks[] {
  return (["tunnel_up", "tunnel_down"] as const).flatMap((name) => {
    const all = Object.entries(hooks).filter(([list]) => list.startsWith("before_") === (name === "tunnel_up"));
    const alike = (commands: readonly string[]) =>
      all.filter(([, others]) => JSON.stringify(others) === JSON.stringify(commands));
    const most = all.map(([, commands]) => ({ commands, lists: alike(commands).map(([list]) => list) }));
    const [first] = most.sort((a, b) => b.lists.length - a.lists.length);
    return first === undefined || first.lists.length < 2 ? [] : [{ name, ...first }];
  });
}
