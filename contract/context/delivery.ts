// SPDX-License-Identifier: Apache-2.0
// What a context has so that runs fetch the executables.
import { fetchHooks } from "../hooks/fetch-hooks.js";
import { FETCH_SCRIPT } from "../hooks/fetch-script.js";
import { EXECUTABLES, executableName, FETCH, PLATFORMS, PROGRAMS } from "../options/delivery.js";
import { WORKSPACE } from "../options/files.js";
import { sha256 } from "../options/sha256.js";
import RELEASE from "../release.json";
import { Unknown } from "./engine.js";
import { isKnownObject, knownMembers, knownObjects, knownText } from "./known.js";
import { hiddenProblem, memberPath, type Problem, problem } from "./problem.js";
import type { Values } from "./read.js";

/** Path of the script that fetches, relative to the workspace. */
export const FETCH_PATH = ".spacetail-fetch.sh";

/** Where downloads are kept, relative to the workspace. */
const CACHE_PATH = ".spacetail-cache";

/** The options that decide how the executables get into a run. */
export interface DeliveryValues {
  readonly delivery?: string | undefined;
  readonly fetchUrl?: string | undefined;
  readonly fetchSums?: Readonly<Record<string, string>> | undefined;
}

/** What a context has so that runs fetch the executables. */
export interface Fetcher {
  /** The script, as a file of the context that everyone can read. */
  readonly file: { readonly path: string; readonly content: string; readonly secret: false };
  /** The first hooks of every phase. */
  readonly hooks: readonly string[];
}

/** A file of a release, as the workflow of releases writes it. */
interface ReleaseFile {
  readonly url: string;
  readonly sha256: string;
  readonly gzip: { readonly bytes: number };
}

type Platforms = Readonly<Record<string, Readonly<Record<string, ReleaseFile>>>>;

/** What a context has so that runs fetch the executables; undefined if they are in the image. */
export function fetcherOf(values: DeliveryValues): Fetcher | undefined {
  if (values.delivery !== FETCH) return undefined;
  const files = filesOf(values).join("\n");
  // The script takes its target and its cache as arguments.
  const head = `#!/bin/sh\nSPACETAIL_FILES='${files}'\nset -- '' ${WORKSPACE}${CACHE_PATH}\n`;
  const content = `${head}${FETCH_SCRIPT}`;
  return {
    file: { path: FETCH_PATH, content, secret: false },
    hooks: fetchHooks(`${WORKSPACE}${FETCH_PATH}`, sha256(content.trimEnd())),
  };
}

/** Lines of `SPACETAIL_FILES`. */
function filesOf({ fetchUrl, fetchSums }: DeliveryValues): string[] {
  const released = RELEASE.platforms as Platforms;
  return PLATFORMS.flatMap((platform) =>
    PROGRAMS.flatMap((program) => {
      const name = executableName(program, platform);
      const file = fetchSums === undefined ? released[platform]?.[program] : undefined;
      const sum = file?.sha256 ?? fetchSums?.[name];
      if (sum === undefined) return [];
      const url = fetchUrl === undefined ? file?.url : `${withoutSlash(fetchUrl)}/${name}.gz`;
      return [`${platform} ${program} ${sum} ${file?.gzip.bytes ?? 0} ${url}`];
    }),
  );
}

/** The rules about how the executables get into a run. */
export function* deliveryRules({ delivery, fetchUrl, fetchSums, files }: Values): Generator<Problem> {
  if (Unknown.is(delivery)) return;
  if (delivery !== FETCH) {
    const message = "must not be given unless delivery is fetch";
    if (fetchUrl !== undefined) yield problem("fetchUrl", message, knownText(fetchUrl));
    if (fetchSums !== undefined) yield hiddenProblem("fetchSums", message);
    return;
  }
  for (const { at, members } of knownObjects(files)) {
    const path = knownText(members.path) ?? "";
    if (path !== FETCH_PATH && !path.startsWith(`${FETCH_PATH}/`)) continue;
    yield problem(`files[${at}].path`, `must not be ${FETCH_PATH}, which delivery needs`, path);
  }
  const hasRelease = RELEASE.version !== "";
  if (!hasRelease && fetchUrl === undefined && fetchSums === undefined) {
    const message = "must not be fetch without fetchUrl and fetchSums, because this is not a release of spacetail";
    yield problem("delivery", message, delivery);
    return;
  }
  if (fetchUrl === undefined && fetchSums !== undefined) {
    yield hiddenProblem("fetchUrl", "must be given together with fetchSums");
  }
  if (!hasRelease && fetchSums === undefined) {
    yield hiddenProblem("fetchSums", "must be given, because this is not a release of spacetail");
  }
  if (isKnownObject(fetchSums)) yield* sumsRules(knownMembers(fetchSums));
}

/** For each platform, all programs are needed. */
function* sumsRules(sums: Values): Generator<Problem> {
  if (Object.keys(sums).length === 0) {
    yield hiddenProblem("fetchSums", `must have the sums of ${EXECUTABLES.slice(0, PROGRAMS.length).join(" and ")}`);
  }
  for (const platform of PLATFORMS) {
    const names = PROGRAMS.map((program) => executableName(program, platform));
    const given = names.find((name) => sums[name] !== undefined);
    for (const name of names) {
      if (given === undefined || sums[name] !== undefined) continue;
      yield hiddenProblem(memberPath("fetchSums", name), `must be given together with ${given}`);
    }
  }
}

function withoutSlash(url: string): string {
  return url.endsWith("/") ? url.slice(0, -1) : url;
}
