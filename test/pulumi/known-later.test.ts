// SPDX-License-Identifier: Apache-2.0
// The tables of mistakes with one value each that is known later, and everything readable as a secret. One program each
// creates all of it, on a Node.js of its own, since what is refused later ends a program.
import {
  CONTEXT_OPTIONS,
  IDENTITY_OPTIONS,
  OAUTH_CLIENT_OPTIONS,
  type Option,
  TAILNET_OPTIONS,
} from "../../contract/index.js";
import { CHOSEN } from "../context-properties.js";
import {
  CLIENT_MISTAKES,
  CONTEXT_MISTAKES,
  GOOD,
  GOOD_CLIENT,
  GOOD_IDENTITY,
  IDENTITY_MISTAKES,
  type Mistake,
  TAILNET_MISTAKES,
} from "../mistakes.js";
import { bundle, run } from "./engine/run.js";
import { type Leaf, leavesOf, type Way } from "./leaves.js";

jest.setTimeout(600_000);

/** A component to create, with one of its arguments as an output. */
interface Case {
  readonly className: string;
  readonly args: object;
  readonly way: Way;
}

/** Creates components named `it0`, `it1` and so on. @returns what is said of each, without class and name */
async function saidOf(name: string, cases: readonly Case[], wrap: "output" | "secret"): Promise<string[][]> {
  const source = `
    import * as pulumi from "@pulumi/pulumi";
    import * as library from "../../pulumi/index";

    function wrapped(value: any, [name, ...way]: (string | number)[]): any {
      if (name === undefined) return pulumi.${wrap}(value);
      const copy = Array.isArray(value) ? [...value] : { ...value };
      copy[name] = wrapped(value[name], way);
      return copy;
    }

    JSON.parse(${JSON.stringify(JSON.stringify(cases))}).forEach(({ className, args, way }: any, i: number) => {
      try {
        // Providers of their own, so that names may be the same.
        const providers = [new library.spacelift.Provider(\`provider\${i}\`)];
        new (library as any)[className](\`it\${i}\`, wrapped(args, way), { providers });
      } catch (error) {
        if (!(error instanceof library.ValidationError)) throw error;
        pulumi.log.error(error.message);
      }
    });`;
  const { engine } = await run(bundle(name, source));
  const log = engine.logs.join("\n");
  expect(log).not.toMatch(/hidden|TypeError/);
  const said: string[][] = cases.map(() => []);
  // Children are named after their component, and what a resource cannot be made from is said around the message.
  for (const [, number = "", line = ""] of log.matchAll(/\w+ 'it(\d+)(?:-[^']*)?': (.*)$/gm)) {
    const lines = said[Number(number)] ?? [];
    const isWarning = line.includes(" is plain text in the program.");
    if (!isWarning && !lines.includes(line)) lines.push(line);
  }
  return said;
}

const TABLES: readonly (readonly [string, readonly Option[], object, readonly Mistake[]])[] = [
  ["TailnetContext", CONTEXT_OPTIONS, GOOD, CONTEXT_MISTAKES],
  ["Tailnet", TAILNET_OPTIONS, {}, TAILNET_MISTAKES],
  ["TailnetFederatedIdentity", IDENTITY_OPTIONS, GOOD_IDENTITY, IDENTITY_MISTAKES],
  ["TailnetOAuthClient", OAUTH_CLIENT_OPTIONS, GOOD_CLIENT, CLIENT_MISTAKES],
];

/** An attachment is named after what it is attached to, which must then be known. */
function isNamedAfter({ option, siblings }: Leaf): boolean {
  return /^(stack|module)Id$/.test(option.name) && siblings.id === undefined;
}

describe("a value that is known later", () => {
  const all = TABLES.flatMap(([className, options, good, mistakes]) => {
    return mistakes.flatMap(([wrong, lines]) => {
      const leaves = leavesOf(options, wrong).filter((leaf) => !isNamedAfter(leaf));
      return leaves.map(({ way }) => ({ className, args: { ...good, ...wrong }, way, lines }));
    });
  });
  let said: string[][] = [];
  beforeAll(async () => {
    said = await saidOf("known-later", all, "output");
  });

  test.each(TABLES.map(([className]) => className))("is refused by %s in the same words", (className) => {
    expect(all.filter((one) => one.className === className).length).toBeGreaterThan(5);
    // Everything that is said is expected, and something is. What can be said before the value is known has no quote.
    const wrong = all.flatMap(({ className: name, args, way, lines }, i) => {
      const own = said[i] ?? [];
      const isExpected = (line: string) => lines.some((one) => one === line || one.startsWith(`${line}, but `));
      const isRight = name !== className || (own.length > 0 && own.every(isExpected));
      return isRight ? [] : [`${pathOf(way)} of ${JSON.stringify(args)}: ${JSON.stringify(own)}`];
    });
    expect(wrong).toEqual([]);
  });
});

/** Contexts that have every readable option between them. */
const READABLE: readonly object[] = [
  CHOSEN,
  {
    ...GOOD,
    autoattachLabels: ["a", "b"],
    beforeHooks: [{ phase: "plan", command: "date" }],
    afterHooks: [{ phase: "plan", command: "date" }],
    files: [{ path: "motd", content: "hi", secret: false }],
  },
  { name: "a", auth: { oauthClient: { clientSecret: "tskey-client-hidden", clientId: "k1" } } },
  { name: "a", auth: { federated: { identity: { clientId: "k1" } } } },
  { name: "a", auth: { federated: { read: { clientId: "k1" }, write: { clientId: "k2" } } } },
];

/** Rows of values that everyone can read and that may be outputs, by names of options on the way to them. */
function readableRows(options: readonly Option[], prefix = ""): string[] {
  return options.flatMap(({ name, isReadable = false, known, members = [] }) => {
    if (known === "always") return [];
    return isReadable === false ? readableRows(members, `${prefix}${name}.`) : [`${prefix}${name}`];
  });
}

test("TailnetContext refuses a secret wherever everyone can read it", async () => {
  const all = READABLE.flatMap((args) => {
    const leaves = leavesOf(CONTEXT_OPTIONS, args).filter(({ option, siblings }) => {
      return typeof option.isReadable === "function" ? option.isReadable(siblings) : option.isReadable === true;
    });
    return leaves.map(({ way, option }) => ({ className: "TailnetContext", args, way, option }));
  });
  const covered = new Set(
    all.map(({ way, option }) =>
      way
        .slice(0, way.indexOf(option.name) + 1)
        .filter((one) => typeof one === "string")
        .join("."),
    ),
  );
  expect([...covered].sort()).toEqual(readableRows(CONTEXT_OPTIONS).sort());

  const said = await saidOf("secrets", all, "secret");
  const wrong = all.flatMap(({ way, option }, i) => {
    // A list of which one element is a secret is a secret altogether.
    const whole = option.kind === "list" ? way.slice(0, way.indexOf(option.name) + 1) : way;
    const advice = option.secretAdvice === undefined ? "" : `: ${option.secretAdvice}`;
    const rule = `must not be a sensitive value, because everyone who can see the context can read it${advice}`;
    const own = said[i] ?? [];
    const lines = own.map((line) => (option.kind === "list" ? line.replace(/\[\d+\] must/, " must") : line));
    const isRight = own.length > 0 && lines.every((line) => line === `${pathOf(whole)} ${rule}`);
    return isRight ? [] : [{ path: pathOf(way), said: own }];
  });
  expect(wrong).toEqual([]);
});

function pathOf([first, ...way]: Way): string {
  return way.reduce<string>((path, one) => `${path}${typeof one === "number" ? `[${one}]` : `.${one}`}`, `${first}`);
}
