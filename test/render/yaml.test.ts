// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { parse } from "yaml";
import { Anchor, type YamlMapping, yamlDocument } from "../../render/outputs/yaml.js";
import { holds, text } from "../property.js";
import { WORDS } from "./words.js";

/** Spacelift does not say which version of YAML it reads. */
const VERSIONS = ["1.1", "1.2"] as const;

/** Characters that YAML lets stand as they are. Source: YAML 1.2, "Character set", c-printable. */
const PRINTABLE = /^[\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

const someText = fc.oneof(text, fc.constantFrom(...WORDS));

test("any text comes out of both versions of YAML as it went in, as a value, in a list and as a name", () => {
  holds(
    fc.array(someText, { minLength: 1, maxLength: 8 }),
    (texts) => {
      const document = written({
        texts,
        maps: texts.map((one) => ({ text: one, more: [one] })),
        names: Object.fromEntries(texts.map((one) => [`_${one}`, one])),
        bare: Object.fromEntries(texts.filter((one) => one !== "__proto__").map((one) => [one, true])),
      });
      expect(document).toMatch(PRINTABLE);
      for (const version of VERSIONS) {
        // A map of the parser's, because a name such as 0 would have another place in an object.
        expect({ version, ...asMaps(parse(document, { version, mapAsMap: true, merge: version === "1.1" })) }).toEqual({
          version,
          texts,
          maps: texts.map(
            (one) =>
              new Map<string, unknown>([
                ["text", one],
                ["more", [one]],
              ]),
          ),
          names: new Map(texts.map((one) => [`_${one}`, one])),
          bare: new Map(texts.map((one) => [one, true])),
        });
      }
    },
    500,
  );
});

/** A document as it is when it was written to a file and read again. */
function written(value: YamlMapping): string {
  return Buffer.from(yamlDocument(value), "utf8").toString("utf8");
}

function asMaps(document: Map<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(document);
}

test.each(VERSIONS)("YAML %s: an anchor is where its value first occurs, and means the same elsewhere", (version) => {
  const shared = new Anchor("shared", ["a", "b: c"]);
  const document = yamlDocument({ first: shared, inner: { again: shared, list: [{ once_more: shared }] }, empty: [] });
  expect(document.match(/&shared/g)).toHaveLength(1);
  expect(document.match(/\*shared/g)).toHaveLength(2);
  const value = ["a", "b: c"];
  expect(parse(document, { version })).toEqual({
    first: value,
    inner: { again: value, list: [{ once_more: value }] },
    empty: [],
  });
});

test("what is undefined is left out, and what is empty is not", () => {
  expect(yamlDocument({ a: undefined, list: [], map: {}, text: "", maps: [{}], flag: false })).toBe(
    'list: []\nmap: {}\ntext: ""\nmaps:\n  - {}\nflag: false\n',
  );
});
