// SPDX-License-Identifier: Apache-2.0

/**
 * Words that some version of YAML takes for something else than text, or that begin or end with what means something.
 */
export const WORDS: readonly string[] = [
  ..."~ y Y n N yes No ON off true False NULL null .inf .nan 0x1F 0o17 017 1e3 1_000 1:30 2024-01-01 - -- --- ... ? : = <<".split(
    " ",
  ),
  ..."& * ! | > % @ ` { } [ ] # , &a *a !t |- >+ %YAML !!str".split(" "),
  ...[
    "",
    " ",
    "a ",
    " a",
    "a:",
    "a: b",
    "a #b",
    "a #",
    "#a",
    "a\t",
    "\ta",
    "a\n",
    "\n",
    "a\r\nb",
    "'a'",
    '"a"',
    "a'b",
    "$",
    "/",
    "$#",
  ],
  "💥",
  "\ud800\udc00",
  "\u0000\u0007\u001b\u007f\u0085\u00a0\u2028\u2029\ufeff\ufffe",
];
