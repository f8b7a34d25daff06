// SPDX-License-Identifier: Apache-2.0
import { TUNNEL_OPTIONS } from "../wire/tunnel-options.js";
import { META_OPTIONS, RENDER_OPTIONS, TAILSCALE_PROVIDER_OPTION } from "./context-options.js";
import { CREATED_LOGIN_OPTIONS } from "./login-options.js";
import { FORMATS, flatten, type NamedOption, type Option, type OptionKind, type OutputFormat } from "./option.js";

/** How `spacetail render` takes an option. */
export function renderedKind({ kind, rendered }: Option): OptionKind | "presence" {
  return rendered?.kind ?? kind;
}

/** The members of an option as `spacetail render` takes it. */
export function renderedMembers({ members = [], rendered }: Option): readonly Option[] {
  return rendered === undefined ? members : (rendered.members ?? []);
}

/** The rows with the members of objects, as `spacetail render` takes them, with paths. */
export function renderedOptions(options: readonly Option[] = RENDER_OPTIONS, prefix = ""): NamedOption[] {
  return options.flatMap((one) => {
    const path = `${prefix}${one.name}`;
    const kind = renderedKind(one);
    const inner = kind === "object" || kind === "presence" ? renderedOptions(renderedMembers(one), `${path}.`) : [];
    return [{ path, option: one }, ...inner];
  });
}

/** An option as a flag: `auth.oauthSecret.clientId` is `auth.oauth-secret.client-id`. Empty if it cannot be one. */
export function flagName({ path, option }: NamedOption): string {
  const kind = renderedKind(option);
  if (kind === "object" || kind === "objects" || kind === "program") return "";
  let flag = "";
  for (const char of path) flag += char >= "A" && char <= "Z" ? `-${char.toLowerCase()}` : char;
  return flag;
}

/** The default of an option, in Markdown. */
export function defaultCell({ default: value, defaultText, isRequired }: Option): string {
  if (value !== undefined) return `\`${JSON.stringify(value)}\``;
  return isRequired === true ? "required" : (defaultText ?? "");
}

/** Tables of all options, in Markdown, by the name of what they list. */
export function optionTables(): Readonly<Record<string, string>> {
  const created = CREATED_LOGIN_OPTIONS.map(({ name }) => name);
  const tunnel = TUNNEL_OPTIONS.map(({ name }) => name);
  const special = ["auth", "writeOnlyVersion", "author", "contextId", ...created, ...tunnel];
  const all = flatten(RENDER_OPTIONS);
  const named = (names: readonly string[]) => all.filter(({ path }) => names.includes(path.split(".")[0] ?? ""));
  const members = RENDER_OPTIONS.filter(({ kind }) => kind === "objects").map(({ name, members = [] }) => [
    name,
    table(
      MEANINGS,
      members.map((option) => meaning({ path: option.name, option })),
    ),
  ]);
  return {
    "created login": meanings(named(created)),
    "existing login": meanings(named(["auth"])),
    context: meanings(all.filter(({ path }) => !special.includes(path.split(".")[0] ?? ""))),
    tunnel: meanings(named(tunnel)),
    "some outputs": meanings(named(["writeOnlyVersion", "author", "contextId"])),
    programs: meanings(flatten([...META_OPTIONS, TAILSCALE_PROVIDER_OPTION])),
    places: table(["option", ...FORMATS.map((format) => TITLES[format])], all.flatMap(placesOf)),
    ...Object.fromEntries(members),
  };
}

const MEANINGS = ["option", "default", "meaning"];

/** What outputs are called in a table. */
const TITLES: Readonly<Record<OutputFormat, string>> = {
  hcl: "HCL",
  "config-yml": "config.yml",
  plugin: "plugin",
  blueprint: "blueprint",
};

function meanings(options: readonly NamedOption[]): string {
  return table(MEANINGS, options.map(meaning));
}

function meaning({ path, option }: NamedOption): string[] {
  return [`\`${path}\``, defaultCell(option), option.doc];
}

/** Where an option ends up, unless only its members do. */
function placesOf({ path, option }: NamedOption): string[][] {
  const places = FORMATS.map((format) => option.places[format] ?? "");
  return places.every((place) => place === "") ? [] : [[`\`${path}\``, ...places]];
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return [columns, columns.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}
