// SPDX-License-Identifier: Apache-2.0
// The deploy loader as a program that takes Terraform's place in a run where the providers cannot be installed:
// init, plan [-out=FILE], show -json FILE, apply FILE, destroy, output -json
import { join } from "node:path";
import { apply, destroy, init, output, plan, type Surroundings, show } from "./commands.js";

async function main([command = "", ...args]: readonly string[]): Promise<void> {
  const surroundings: Surroundings = {
    environment: process.env,
    schema: join(__dirname, "schema"),
    print: (line) => console.log(line),
  };
  const out = args.find((arg) => arg.startsWith("-out="))?.slice("-out=".length);
  const [file] = args.filter((arg) => !arg.startsWith("-"));
  const needFile = (): string => {
    if (file === undefined) throw new Error(`${command} needs a plan file`);
    return file;
  };
  switch (command) {
    case "init":
      return init(surroundings);
    case "plan":
      return plan(surroundings, out);
    case "show":
      return show(surroundings, needFile());
    case "apply":
      return apply(surroundings, needFile());
    case "destroy":
      return destroy(surroundings);
    case "output":
      return output(surroundings);
    default:
      throw new Error(`the loader knows init, plan, show, apply, destroy and output, not "${command}"`);
  }
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(`Error: ${error.message}`);
  process.exit(1);
});
