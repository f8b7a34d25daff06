// SPDX-License-Identifier: Apache-2.0
// Where this project is published. Nothing else in the repository names these places; `npm run release:place` prints
// them for workflows.

/** Address of the repository, such as https://github.com/OWNER/spacetail. Empty: the one that a workflow runs in. */
const REPOSITORY = "";

/** The name of the image without a tag, such as ghcr.io/OWNER/spacetail. Empty: ghcr.io and the repository's name. */
const IMAGE = "";

/**
 * @param env the environment of a workflow
 * @throws when a place is neither set above nor known from the workflow
 */
export function project(env = process.env) {
  const name = env.GITHUB_REPOSITORY ?? "";
  if (name === "" && (REPOSITORY === "" || IMAGE === ""))
    throw new Error("set REPOSITORY and IMAGE in build/release/project.mjs, or GITHUB_REPOSITORY to OWNER/NAME");
  const repository = REPOSITORY || `${env.GITHUB_SERVER_URL ?? "https://github.com"}/${name}`;
  return {
    repository,
    image: IMAGE || `ghcr.io/${name.toLowerCase()}`,
    /** Where the files of a release are. */
    downloads: (version) => `${repository}/releases/download/v${version}`,
  };
}
