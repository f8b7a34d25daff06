// SPDX-License-Identifier: Apache-2.0
// The rooms of the repository and what each may import, besides itself. `npm run check` holds the sources to it.

/**
 * A room and its rules:
 *
 * - `folders`: the other folders of the repository that it may import;
 * - `packages`: the packages that it may import, by name or with a `*` at the end;
 * - `floors`: its folders and files from the ground up, if it has floors. Each may import what is on floors below its
 *   own; two of one floor do not know each other. "." is all files beside the folders that are not named themselves;
 * - `typesMayCircle`: whether imports of types count for no circle. Nothing is left of them when programs run.
 *
 * A room inside of another comes before it.
 */
export const ROOMS = [
  {
    room: "contract",
    folders: [],
    packages: [],
    floors: [["wire", "release.json"], ["hooks", "hosts", "login"], ["options"], ["context"], ["."]],
  },
  {
    room: "constructs",
    folders: ["contract"],
    packages: ["cdktf", "constructs"],
    floors: [["bindings", "support"], ["auth"], ["context"], ["."]],
  },
  {
    // What loads the others of the room where they are a plugin.
    room: "pulumi/loader",
    folders: [],
    packages: ["node:*", "typescript"],
  },
  {
    room: "pulumi",
    folders: ["contract"],
    packages: ["@pulumi/*"],
    floors: [["support"], ["auth", "spacelift"], ["context"], ["."]],
  },
  {
    room: "render",
    folders: ["contract"],
    packages: ["node:*"],
    floors: [["failure.ts"], ["context"], ["outputs"], ["."]],
  },
  {
    room: "image/spacetail",
    folders: ["contract/wire"],
    packages: ["node:*"],
    floors: [
      ["errors"],
      ["process"],
      ["platform"],
      ["egress"],
      ["login", "proxies", "tailnet"],
      ["names"],
      ["front"],
      ["tunnel"],
      ["serve"],
      ["capture"],
      ["commands"],
      ["."],
    ],
  },
  {
    room: "examples",
    folders: [],
    packages: ["spacetail", "spacetail/*", "cdktf", "cdktn", "constructs", "@pulumi/*"],
  },
  {
    room: "bench",
    folders: ["test/world"],
    packages: ["node:*", "spacetail", "spacetail/*", "cdktf", "constructs", "@pulumi/*"],
  },
  {
    room: "test",
    folders: ["*"],
    packages: ["*"],
    // The parts of the embedded account know each other, as those of a real one do.
    typesMayCircle: true,
  },
  {
    room: "build",
    folders: [],
    packages: ["*"],
  },
];

/** The room of a file, or undefined. */
export function roomOf(path) {
  return ROOMS.find(({ room }) => path.startsWith(`${room}/`));
}

/** What scriptc compiles natively: this folder, and all that this file reaches by imports. */
export const COMPILED = { folder: "contract/wire", entry: "image/spacetail/main-native.ts" };
