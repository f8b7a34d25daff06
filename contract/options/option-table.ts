// SPDX-License-Identifier: Apache-2.0
import { OPTIONS, type Option } from "./options.js";

const COLUMNS = ["constructs", "Pulumi", "flag", "in a file", "HCL", "config.yml", "plugin", "meaning"];

/** An option as a flag: `auth.oauthSecret.clientId` is `auth.oauth-secret.client-id`. Empty if it cannot be one. */
export function flagName({ name, kind }: Option): string {
  if (kind === "objects" || kind === "program") return "";
  let flag = "";
  for (const char of name) flag += char >= "A" && char <= "Z" ? `-${char.toLowerCase()}` : char;
  return flag;
}

/** All options and their names in each output, in Markdown. */
export function optionTable(): string {
  const rows = OPTIONS.map((option) => {
    const flag = flagName(option);
    const { name, kind, constructs, pulumi, hcl, configYml, plugin, doc } = option;
    const file = kind === "program" ? "" : name;
    return [
      code(constructs),
      code(pulumi),
      flag === "" ? "" : code(`--${flag}`),
      code(file),
      hcl,
      configYml,
      plugin,
      doc,
    ];
  });
  const line = COLUMNS.map(() => "---");
  return [COLUMNS, line, ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

/** Names, with commas between them, set as code. What has spaces within is no name. */
function code(names: string): string {
  const set = names.split(", ").map((name) => (name === "" || name.includes(" ") ? name : `\`${name}\``));
  return set.join(", ");
}
