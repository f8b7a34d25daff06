// SPDX-License-Identifier: Apache-2.0

/** A version as numbers, or undefined if it is not a release such as v1.2.3. */
function numbers(tag) {
  return /^v(\d+)\.(\d+)\.(\d+)$/.exec(tag)?.slice(1).map(Number);
}

function compare(one, other) {
  const at = one.findIndex((number, i) => number !== other[i]);
  return at < 0 ? 0 : one[at] - other[at];
}

/** The newest release among tags, or undefined. Prereleases do not count. */
export function newest(tags) {
  return tags
    .filter(numbers)
    .sort((a, b) => compare(numbers(a), numbers(b)))
    .at(-1);
}

/**
 * The tags of an image of `commit`: `sha-COMMIT` always; `pr-NUMBER` for a pull request; `main` for that branch; for a
 * release `vX.Y.Z`, and `vX.Y`, `vX` and `latest` unless a newer release has them. A prerelease gets its own version
 * only.
 */
export function imageTags({ ref, commit, released }) {
  const sha = `sha-${commit.slice(0, 12)}`;
  const pull = /^refs\/pull\/(\d+)\//.exec(ref)?.[1];
  if (pull !== undefined) return [`pr-${pull}`, sha];
  if (ref === "refs/heads/main") return ["main", sha];
  const tag = /^refs\/tags\/(v\d.*)$/.exec(ref)?.[1];
  if (tag === undefined) return [sha];
  const version = numbers(tag);
  if (version === undefined) return [tag, sha];
  const wider = [`v${version[0]}.${version[1]}`, `v${version[0]}`];
  const isNewest = (prefix) => newest([tag, ...released.filter((one) => one.startsWith(prefix))]) === tag;
  const moving = wider.filter((name) => isNewest(`${name}.`));
  return [tag, ...moving, ...(isNewest("v") ? ["latest"] : []), sha];
}
