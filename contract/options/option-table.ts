// SPDX-License-Identifier: Apache-2.0
import { VARIABLES } from "../wire/environment.js";
import { TUNNEL_OPTIONS } from "../wire/tunnel-options.js";
import { oneOfAll } from "./checks.js";
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
  const all = flatten(RENDER_OPTIONS);
  const tables: Record<string, string> = { places: table(PLACES, renderedOptions().flatMap(placesOf)) };
  for (const [group, names] of Object.entries(groups())) {
    const isIn = ({ path }: NamedOption) => names.includes(path.split(".")[0] ?? "");
    // The members of identities are the same for each.
    tables[group] = meanings(all.filter((one) => isIn(one) && one.path.split(".").length <= 3));
  }
  for (const { path, option } of all) {
    const { kind, members = [] } = option;
    if (kind === "objects" || path === "auth.federated.identity") tables[option.name] = meanings(flatten(members));
  }
  return { ...tables, programs: meanings(flatten([...META_OPTIONS, TAILSCALE_PROVIDER_OPTION])) };
}

/** The names of options that belong together. */
function groups(): Readonly<Record<string, readonly string[]>> {
  const named: Readonly<Record<string, readonly string[]>> = {
    "created login": CREATED_LOGIN_OPTIONS.map(({ name }) => name),
    "existing login": ["auth"],
    tunnel: TUNNEL_OPTIONS.map(({ name }) => name),
    "some outputs": ["writeOnlyVersion", "author", "contextId"],
  };
  const others = RENDER_OPTIONS.filter(({ name }) => !Object.values(named).flat().includes(name));
  return { ...named, context: others.map(({ name }) => name) };
}

const MEANINGS = ["option", "default", "meaning"];

/** What outputs are called in a table. */
const TITLES: Readonly<Record<OutputFormat, string>> = {
  hcl: "HCL",
  "config-yml": "config.yml",
  plugin: "plugin",
  blueprint: "blueprint",
  kubernetes: "Kubernetes",
};

const PLACES = ["option", ...FORMATS.map((format) => TITLES[format])];

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

/** The table of the executable's variables, in Markdown. */
export function variableTable(): string {
  const code = (words: readonly string[]) => words.map((one) => `\`${one}\``);
  const rows = VARIABLES.map(({ name, options, aliases, default: value, defaultText, secret, doc }) => {
    const names = code([name, ...aliases]).join(", ");
    const shown = value === "" ? defaultText : `\`${value}\``;
    return `| ${names} | ${oneOfAll(code(options))} | ${shown} | ${doc}${secret ? " Secret." : ""} |`;
  });
  return ["| variable | option | default | meaning |", "| --- | --- | --- | --- |", ...rows, ""].join("\n");
}
