// SPDX-License-Identifier: Apache-2.0
import { META_OPTIONS, RENDER_OPTIONS, TAILSCALE_PROVIDER_OPTION } from "./context-options.js";
import { FORMATS, flatten, type NamedOption, type Option, type OptionKind } from "./option.js";

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

const COLUMNS = ["option", "default", "meaning", "flag", "HCL", "config.yml", "plugin"];

/** All options and where they are in each output, in Markdown. */
export function optionTable(): string {
  const rendered = new Map(renderedOptions().map((one) => [one.path, one]));
  const programs = [...META_OPTIONS, TAILSCALE_PROVIDER_OPTION];
  const rows = [...flatten(RENDER_OPTIONS), ...flatten(programs)].map(({ path, option }) => {
    const flag = rendered.has(path) ? flagName({ path, option }) : "";
    const places = FORMATS.map((format) => option.places[format] ?? "");
    return [`\`${path}\``, defaultCell(option), option.doc, flag === "" ? "" : `\`--${flag}\``, ...places];
  });
  return [COLUMNS, COLUMNS.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

/** The members of lists of objects, in Markdown. */
export function memberTable(options: readonly Option[]): string {
  const rows = options.map((one) => [`\`${one.name}\``, defaultCell(one), one.doc]);
  const columns = ["member", "default", "meaning"];
  return [columns, columns.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}
