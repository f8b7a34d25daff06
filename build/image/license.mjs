// SPDX-License-Identifier: Apache-2.0
// What license a text is, by the words that only that license has.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const LICENSES = [
  ["Apache-2.0", /Apache License,?\s+Version 2\.0/],
  ["BSD-3-Clause", /Redistribution and use in source and binary[\s\S]*?(Neither the name|may be used to endorse)/],
  ["BSD-2-Clause", /Redistribution and use in source and binary(?![\s\S]*(Neither the name|may be used to endorse))/],
  ["BSL-1.0", /Boost Software License/],
  ["ISC", /Permission to use, copy, modify,? and(\/or)? distribute this software/],
  ["MIT", /Permission is hereby granted, free of charge, to any person\s+obtaining\s+a\s+copy/],
  ["MPL-2.0", /Mozilla Public License,?\s+(Version|v\.) ?2\.0/i],
  [
    "0BSD",
    /Permission to use, copy, modify, and\/or distribute this software for any\s+purpose with or without fee is hereby granted\.\s/,
  ],
];

/**
 * The SPDX expression of the licenses whose texts are given, all of which apply.
 *
 * @throws when no license is known in it, because a person has to look at that
 */
export function licenseOf(texts, name) {
  const found = LICENSES.filter(([, words]) => texts.some((text) => words.test(text))).map(([id]) => id);
  if (found.length === 0)
    throw new Error(`${name}: its license is not one of ${LICENSES.map(([id]) => id).join(", ")}`);
  return found.sort().join(" AND ");
}

const NOTICE = /^(licen[cs]e|copying|copyright|notice|patents)/i;

/** Whose a text is, in one line. */
const COPYRIGHT = /\bcopyright (\(c\)|©|\d{4})/i;

/** The texts in a folder that must be passed on with what is built from it. */
export function noticesIn(folder) {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  const names = files.map(({ name }) => name).filter((name) => NOTICE.test(name));
  const texts = names.sort().map((name) => readFileSync(join(folder, name), "utf8").trim());
  // Some keep the copyright notice, which is part of the license, in their sources alone.
  const isMissing = texts.some((text) => text.includes("above copyright notice")) && !COPYRIGHT.test(texts.join("\n"));
  return isMissing ? [copyrightsIn(folder), ...texts] : texts;
}

/** The copyright notices at the top of the Go sources in a folder, each once. */
function copyrightsIn(folder) {
  const names = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".go"));
  const lines = names.flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n", 10));
  const notices = lines.filter((line) => COPYRIGHT.test(line)).map((line) => line.replace(/^[\s/*]+/, "").trim());
  return [...new Set(notices)].sort().join("\n");
}
