// SPDX-License-Identifier: Apache-2.0
// npm run build:docs: the reference of the hand-written constructs, into docs/api/. The providers' classes are left
// out: they are generated, as large as all the rest, and documented by the providers themselves.

/** @type {Partial<import("typedoc").TypeDocOptions>} */
export default {
  name: "spacetail",
  entryPoints: ["constructs/index.ts"],
  out: "docs/api",
  readme: "none",
  externalPattern: ["**/constructs/bindings/**", "**/node_modules/**"],
  excludeExternals: true,
  excludePrivate: true,
  disableSources: true,
  // The providers' classes are named though they are left out. jsii sees to types of ours that are not exported.
  validation: { notExported: false, invalidLink: true, invalidPath: true, rewrittenLink: true, notDocumented: false },
  treatWarningsAsErrors: true,
};
