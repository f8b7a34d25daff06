// SPDX-License-Identifier: Apache-2.0

/**
 * The hooks that run the script of a context, which puts the executables first on PATH.
 *
 * Code of a plan can write to the workspace, which is restored for apply, and so to the script; but not to hooks. So
 * they hold the sum of the script, and run the very text that has it.
 *
 * @param path of the script
 * @param sum its SHA-256, without line breaks at its end
 */
export function fetchHooks(path: string, sum: string): string[] {
  const refusal = `echo 'spacetail: ${path} is missing, or is not the file of this context.' >&2`;
  return [
    `spacetail_fetch=$(cat ${path}) && printf %s "$spacetail_fetch" | sha256sum | grep -q ^${sum} || { ${refusal}; false; }`,
    'spacetail_bin=$(sh -c "$spacetail_fetch") && export PATH="$spacetail_bin:$PATH" && unset spacetail_fetch spacetail_bin',
  ];
}
