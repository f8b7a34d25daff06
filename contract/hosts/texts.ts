// SPDX-License-Identifier: Apache-2.0
import { DIALECT } from "../wire/dialect.js";
import type { Host, HostFile } from "./host.js";

/** What TS_DIALECT is on a host; empty if it has no names and flags of its own. */
export function dialectOf({ names, flags }: Host): string {
  return names
    .map(({ name, means }) => `${name}=${means}`)
    .concat(flags)
    .join(" ");
}

/** The environment of a host, as far as nobody sets variables. */
export function hostEnvironment(host: Host): Record<string, string> {
  const dialect = dialectOf(host);
  return { ...host.defaults, ...(dialect === "" ? {} : { [DIALECT]: dialect }) };
}

/**
 * A file with the settings of a host.
 *
 * @param text what is in it now, which stays around the settings in a Dockerfile
 */
export function hostFile(host: Host, { format }: HostFile, text: string): string {
  const settings = Object.entries(hostEnvironment(host));
  const head = `# The settings of this host, made from contract/hosts/${host.name}.ts.\n`;
  switch (format) {
    case "unit":
      return `${head}[Service]\n${settings.map(([name, value]) => `Environment="${name}=${value}"\n`).join("")}`;
    case "shell":
      return head + settings.map(([name, value]) => `: "\${${name}=${value}}" && export ${name}\n`).join("");
    case "dockerfile": {
      const lines = settings.map(([name, value]) => `    ${name}="${value}"`).join(" \\\n");
      return text.replace(/(# settings\n)[\s\S]*?(# end of settings\n)/, (_, begin, end) => {
        return `${begin}ENV ${lines.trimStart()}\n${end}`;
      });
    }
  }
}
