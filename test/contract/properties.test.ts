// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { escapeTemplate } from "../../constructs/support/escape.js";
import {
  autoattachLabel,
  dnsLabel,
  exportCommands,
  exportedValues,
  hostPort,
  labelFromName,
  NO_PROXY_HEAD,
  noProxyEntryProblem,
  PROXY_VARIABLES,
  shellQuote,
  stackLabelProblem,
} from "../../contract/index.js";
import { holds, line, text } from "../property.js";
import { pathWithSpacetail } from "./on-path.js";
import { inEveryShell, run, type Shell } from "./shells.js";

const PATH = pathWithSpacetail();
const exportAll = (httpProxy: string) => exportCommands(httpProxy).join(" && ");

describe("labels made of any text", () => {
  test("a DNS label keeps the rules of RFC 1123, or is empty", () => {
    holds(fc.oneof(text, fc.string({ maxLength: 200 })), (name) => {
      expect(dnsLabel(name)).toMatch(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)?$/);
      expect(dnsLabel(name)).not.toContain("--");
    });
  });

  test("a DNS label of a DNS label is itself, and so is a stack label of a stack label", () => {
    holds(text, (name) => {
      expect(dnsLabel(dnsLabel(name))).toBe(dnsLabel(name));
      expect(labelFromName(labelFromName(name))).toBe(labelFromName(name));
    });
  });

  test("a label is empty only if the name has neither letter nor digit", () => {
    holds(text, (name) => {
      expect(labelFromName(name) === "").toBe(!/[a-z0-9]/.test(name.toLowerCase()));
    });
  });

  test("a stack can carry the label, and the context's label holds it once", () => {
    holds(text, (name) => {
      const label = labelFromName(`x${name}`);
      expect(stackLabelProblem(label)).toBeNull();
      expect(autoattachLabel(label).split("autoattach:")).toEqual(["", label]);
    });
  });
});

/** What Terraform reads: `$${` and `%%{` are escapes, and `${` or `%{` without a third sign would begin a template. */
function unescapeTemplate(escaped: string): string {
  let out = "";
  for (let i = 0; i < escaped.length; i += 1) {
    const three = escaped.slice(i, i + 3);
    if (three === "$${" || three === "%%{") {
      out += three.slice(1);
      i += 2;
      continue;
    }
    if (/^[$%]\{/.test(three)) throw new Error(`a template begins at ${i} of ${JSON.stringify(escaped)}`);
    out += escaped.charAt(i);
  }
  return out;
}

test("Terraform's reading of escaped text is the text", () => {
  holds(text, (given) => expect(unescapeTemplate(escapeTemplate(given))).toBe(given), 2_000);
});

/**
 * What happens in a subshell of its own: the environment there, a command, and the words whose values are asked for.
 */
interface Case {
  readonly env?: Readonly<Record<string, string>>;
  readonly command?: string;
  readonly words: readonly string[];
}

/** The values of all words of all cases; one shell runs them all, since starting one takes longer than the rest. */
function printed(shell: Shell, cases: readonly Case[]): string[] {
  const script = cases.map(({ env = {}, command = ":", words }) => {
    const exports = Object.entries(env).map(([name, value]) => `export ${name}=${shellQuote(value)}`);
    return `( ${[...exports, command, `printf '%s\\0' ${words.join(" ")}`].join("\n")}\n)`;
  });
  return run(shell, script.join("\n"), { PATH }).split("\0").slice(0, -1);
}

/** Many values at a time. */
const many = <T>(values: fc.Arbitrary<T>) => fc.array(values, { minLength: 20, maxLength: 40 });

describe("what reaches a shell", () => {
  inEveryShell("any text, quoted, is that text", (shell) => {
    const check = (texts: string[]) => expect(printed(shell, [{ words: texts.map(shellQuote) }])).toEqual(texts);
    holds(many(text), check, 10);
  });

  inEveryShell("the proxy variables are what the contract says, whatever the run had before", (shell) => {
    const words = PROXY_VARIABLES.map((name) => `"$${name}"`);
    const command = exportAll("localhost:8080");
    const environments = fc.record({ TS_NO_PROXY: line, NO_PROXY: line, no_proxy: line });
    const check = (all: Record<string, string>[]) => {
      const expected = all.map((env) => exportedValues("localhost:8080", env.TS_NO_PROXY ?? "", env));
      expect(
        printed(
          shell,
          all.map((env) => ({ env, command, words })),
        ),
      ).toEqual(expected.flatMap((values) => PROXY_VARIABLES.map((name) => values[name])));
    };
    holds(many(environments), check, 6);
  });

  const addresses = fc.oneof(
    fc.tuple(fc.domain(), fc.nat(70_000)).map(([host, port]) => `${host}:${port}`),
    fc.tuple(fc.ipV6(), fc.nat(70_000)).map(([host, port]) => `[${host}]:${port}`),
    line,
    line.map((host) => `${host}:8080`),
  );

  inEveryShell("an address of the HTTP proxy that is not refused is in the proxy's URL, to the letter", (shell) => {
    let taken = 0;
    const check = (all: string[]) => {
      const good = all.filter((address) => hostPort(address) === null);
      taken += good.length;
      const cases = good.map((address) => ({ command: exportAll(address), words: ['"$HTTP_PROXY"'] }));
      expect(printed(shell, cases)).toEqual(good.map((address) => `http://${address}`));
    };
    holds(many(addresses), check, 8);
    expect(taken).toBeGreaterThan(20);
  });

  const destinations = fc.oneof(
    fc.domain(),
    fc.ipV4(),
    fc.ipV6(),
    fc.constantFrom("10.0.0.0/8", ".corp.test", "corp.test:80", "*", "*.corp.test", "[fd00::1]", "fe80::/10", "a b"),
    line,
  );
  const lists = fc.array(destinations, { maxLength: 3 }).map((list) => list.join(","));

  inEveryShell("a list for noProxy that is not refused ends NO_PROXY, to the letter", (shell) => {
    let taken = 0;
    const check = (all: string[]) => {
      // Entries that the list has twice, or that are ours, are there once.
      const good = all.filter(
        (list) =>
          list !== "" &&
          list.split(",").every((entry) => noProxyEntryProblem(entry) === null) &&
          /^[^\s,]+$/.test(list),
      );
      taken += good.length;
      const command = exportAll("localhost:8080");
      const values = printed(
        shell,
        good.map((list) => ({ env: { TS_NO_PROXY: list }, command, words: ['"$NO_PROXY"'] })),
      );
      expect(values).toEqual(good.map((list) => `${NO_PROXY_HEAD.join(",")},${list}`));
    };
    holds(many(lists), check, 8);
    expect(taken).toBeGreaterThan(20);
  });

  inEveryShell("NO_PROXY is one word that no shell changes, and the same however often it is made", (shell) => {
    const environments = fc.record({ TS_NO_PROXY: lists, NO_PROXY: lists, no_proxy: lists });
    const check = (all: Record<string, string>[]) => {
      const command = exportAll("localhost:8080");
      const words = ['"$NO_PROXY"', '"$no_proxy"', "$NO_PROXY"];
      const once = printed(
        shell,
        all.map((env) => ({ env, command, words })),
      );
      const twice = printed(
        shell,
        all.map((env) => ({ env, command: `${command} && ${command}`, words })),
      );
      expect(twice).toEqual(once);
      for (let i = 0; i < once.length; i += 3) {
        expect(once[i]).toMatch(/^localhost,[A-Za-z0-9._:/,-]+$/);
        expect(once.slice(i, i + 3)).toEqual(Array(3).fill(once[i]));
      }
    };
    holds(many(environments), check, 6);
  });
});
