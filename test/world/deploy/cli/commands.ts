// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from "node:fs";
import { type Credentials, credentialsFrom, deploy, FailedDeployment, planDeployment } from "../index.js";
import type { Change } from "../state/changes.js";
import { NO_STATE, type State } from "../state/state.js";
import { eventText, outputsJson, planJson, planText } from "./report.js";
import { httpBackend } from "./state-backend.js";
import { variablesFrom } from "./variables.js";

/** What a command works with. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The file or folder with the providers' schemas. */
  readonly schema: string;
  readonly print: (line: string) => void;
}

/** What `plan -out` writes and `apply` reads. */
interface PlanFile {
  readonly stackJson: Json;
  /** The state that the plan was made for. */
  readonly serial: number;
  readonly changes: readonly Change[];
}

type Json = { readonly [key: string]: unknown };

/** The one file of configuration, as CDKTF names it. */
const CONFIGURATION = "cdk.tf.json";

/**
 * `init`: looks whether there is something to deploy.
 *
 * @throws when the configuration names a backend of its own: the state is where the environment says
 */
export async function init({ environment, print }: Surroundings): Promise<void> {
  const { terraform } = readJson(CONFIGURATION) as { terraform?: { backend?: object } };
  const [backend] = Object.keys(terraform?.backend ?? {});
  if (backend !== undefined) {
    throw new Error(`${CONFIGURATION} has the backend ${backend}, but the state is kept elsewhere: take it out`);
  }
  await httpBackend(environment).read();
  print("Initialized: this is the deploy loader, which stands in for Terraform.");
}

/** `plan`: says what would be done and leaves it in a file. */
export async function plan(surroundings: Surroundings, out: string | undefined): Promise<void> {
  const stackJson = readJson(CONFIGURATION);
  const state = await httpBackend(surroundings.environment).read();
  const changes = await planDeployment(optionsFor(surroundings, stackJson, state));
  surroundings.print(planText(changes));
  const file: PlanFile = { stackJson, serial: state.serial, changes };
  if (out !== undefined) writeFileSync(out, JSON.stringify(file), { mode: 0o600 });
}

/** `show`: the plan in a file as JSON. */
export function show({ print }: Surroundings, file: string): void {
  print(JSON.stringify(planJson((readJson(file) as unknown as PlanFile).changes)));
}

/** `apply`: does what a plan says. @throws when the state is no longer the one that it was made for */
export async function apply(surroundings: Surroundings, file: string): Promise<void> {
  const { stackJson, serial } = readJson(file) as unknown as PlanFile;
  const state = await httpBackend(surroundings.environment).read();
  if (state.serial !== serial) throw new Error("the saved plan is stale: the state has changed since");
  await change(surroundings, stackJson, state);
}

/** `destroy`: leaves nothing of what the state names. */
export async function destroy(surroundings: Surroundings): Promise<void> {
  const { resource: _, output: __, ...stackJson } = readJson(CONFIGURATION);
  await change(surroundings, stackJson, await httpBackend(surroundings.environment).read());
}

/** `output`: the outputs of the last apply as JSON. */
export async function output({ environment, print }: Surroundings): Promise<void> {
  print(JSON.stringify(outputsJson(await httpBackend(environment).read())));
}

/** Deploys, and keeps the state whatever comes of it. */
async function change(surroundings: Surroundings, stackJson: Json, state: State): Promise<void> {
  const { environment, print } = surroundings;
  const backend = httpBackend(environment);
  try {
    const deployment = await deploy(optionsFor(surroundings, stackJson, state));
    await backend.write(deployment.state);
    print(`Done: ${deployment.resources.size} resources exist.`);
  } catch (error) {
    if (error instanceof FailedDeployment) await backend.write(error.created.state);
    throw error;
  }
}

function optionsFor({ environment, schema, print }: Surroundings, stackJson: Json, state: State) {
  const credentials: Credentials = credentialsFrom(environment);
  return {
    ...credentials,
    stackJson,
    schema,
    state: state.serial === 0 ? NO_STATE : state,
    variables: variablesFrom(environment, (stackJson.variable ?? {}) as object),
    onEvent: (event: Parameters<typeof eventText>[0]) => {
      const text = eventText(event);
      if (text !== null) print(text);
    },
  };
}

function readJson(file: string): Json {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Json;
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
