// SPDX-License-Identifier: Apache-2.0
// Holds repositories to the rules of build/rooms.mjs: node build/check/main.mjs [FOLDER...]
//
// Prints one line for every import that is not allowed, circle, regular expression in what is compiled natively, and
// comment line that is too wide. Exits with 1 if there is any. Without a folder it is this repository.
import { root } from "../steps.mjs";
import { missingFloors, wrongArrows } from "./arrows.mjs";
import { circles } from "./circles.mjs";
import { wideComments } from "./comments.mjs";
import { regularExpressions } from "./regular-expressions.mjs";
import { modulesOf } from "./sources.mjs";

const folders = process.argv.slice(2);
for (const folder of folders.length > 0 ? folders : [root]) {
  for (const line of problems(folder)) {
    console.log(folders.length > 1 ? `${folder}: ${line}` : line);
    process.exitCode = 1;
  }
}

function problems(folder) {
  const modules = modulesOf(folder);
  return [
    ...missingFloors(modules),
    ...wrongArrows(modules),
    ...circles(modules),
    ...regularExpressions(modules),
    ...wideComments(folder),
  ];
}
