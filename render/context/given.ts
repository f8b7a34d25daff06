// SPDX-License-Identifier: Apache-2.0
// What `spacetail render` takes otherwise than programs do: it renders no secret, and outputs do not have a place for
// every option.
import { hiddenProblem, type Problem } from "../../contract/context/problem.js";
import type { Values } from "../../contract/context/read.js";
import { META_OPTIONS, RENDER_OPTIONS, TAILSCALE_PROVIDER_OPTION } from "../../contract/options/context-options.js";
import type { Option, OutputFormat } from "../../contract/options/option.js";
import { renderedKind } from "../../contract/options/option-table.js";
import { secretIn } from "../../contract/options/secrets.js";
import { credentialInput, fileInput, variableInput } from "./inputs.js";
import { isPlaced, TARGETS, type Target } from "./target.js";
import type { Input } from "./texts.js";

const OPTIONS = [...RENDER_OPTIONS, ...META_OPTIONS, TAILSCALE_PROVIDER_OPTION];

const NO_SECRET = "no secret is rendered";

/**
 * The options as programs give them, with inputs in place of what is never rendered, and the problems of those that
 * programs could give. Everything else is left as it is, right or wrong.
 */
export function asInPrograms(
  format: OutputFormat,
  given: Values,
): { readonly values: Values; readonly problems: readonly Problem[] } {
  const translation = new Translation(format);
  return { values: translation.members(OPTIONS, given, ""), problems: translation.problems };
}

class Translation {
  public readonly problems: Problem[] = [];
  readonly #target: Target;

  constructor(private readonly format: OutputFormat) {
    this.#target = TARGETS[format];
  }

  /** The members of an object, without those that were refused as a whole. */
  public members(options: readonly Option[], given: Values, prefix: string): Values {
    const all = Object.entries(given).map(([name, value]) => {
      const row = options.find((one) => one.name === name);
      return [name, row === undefined || value === undefined ? value : this.member(row, value, `${prefix}${name}`)];
    });
    return Object.fromEntries(all.filter(([, value]) => value !== undefined));
  }

  private member(row: Option, value: unknown, path: string): unknown {
    const kind = renderedKind(row);
    if (kind === "program") {
      this.refuse(path, "must not be given: only programs can use it");
      return row.members === undefined ? undefined : this.login(row, {}, path);
    }
    if (!isPlaced(this.format, row)) {
      return this.refuse(path, `must not be given: ${this.#target.title} does not support it`);
    }
    const members = row.members ?? [];
    if (kind === "presence") return this.presence(row, value, path);
    if (kind === "object" && isObject(value)) return this.members(members, value, `${path}.`);
    if (kind === "objects" && Array.isArray(value)) return this.elements(row, members, value, path);
    if (path === "secretEnvironment") return this.names(value, path);
    if (path === "auth.federated.idToken") return this.tokenPath(row, value, path);
    return value;
  }

  /** A login of which only part is known, or nothing. */
  private presence(row: Option, value: unknown, path: string): unknown {
    if (row.kind === "boolean") return value;
    const { members } = row;
    if (members === undefined) {
      if (value !== true) this.refuse(path, `must be true: ${NO_SECRET}`);
      return credentialInput(row, row);
    }
    if (value !== true && !isObject(value)) this.refuse(path, `must be true, or an object: ${NO_SECRET}`);
    return this.login(row, isObject(value) ? this.members(members, value, `${path}.`) : {}, path);
  }

  private login(row: Option, known: Values, path: string): Values {
    const values: Record<string, unknown> = { ...known };
    for (const member of row.members ?? []) {
      const { name, isSecret = false, isRequired = false } = member;
      if (isSecret && values[name] !== undefined) this.refuse(`${path}.${name}`, `must not be given: ${NO_SECRET}`);
      if (!isRequired || (!isSecret && values[name] !== undefined)) continue;
      if (!isSecret && !this.#target.asks) {
        this.refuse(`${path}.${name}`, `must be given: ${this.#target.title} cannot ask for it`);
      }
      values[name] = credentialInput(row, member);
    }
    return values;
  }

  private elements(row: Option, members: readonly Option[], list: readonly unknown[], path: string): unknown[] {
    if (row.name === "attachments" && list.length === 0 && this.format === "config-yml") {
      this.refuse(path, "must name a stack: without attachments, all stacks of the repository are on the tailnet");
    }
    return list.map((one, at) => {
      if (!isObject(one)) return one;
      const known = this.members(members, one, `${path}[${at}].`);
      return row.name === "files" ? this.file(known, `${path}[${at}]`) : known;
    });
  }

  private file(file: Values, path: string): Values {
    const { path: name, content, secret } = file;
    if (secret === false) return file;
    if (secret === undefined || secret === true) {
      if (!this.#target.asksForFiles) {
        this.refuse(`${path}.secret`, `must be false: ${this.#target.title} does not support secret files`);
      } else if (content !== undefined) {
        this.refuse(`${path}.content`, `must not be given unless secret is false: ${NO_SECRET}`);
      }
    }
    return { ...file, content: fileInput(typeof name === "string" ? name : "") };
  }

  /** The names of secret variables. */
  private names(value: unknown, path: string): Record<string, Input> | undefined {
    if (!Array.isArray(value)) return this.refuse(path, `must be a list of names: ${NO_SECRET}`);
    const inputs: [string, Input][] = value.flatMap((name, at) => {
      const property = `${path}[${at}]`;
      const secret = typeof name === "string" ? secretIn(name) : null;
      if (typeof name !== "string") this.refuse(property, `must be a name: ${NO_SECRET}`);
      else if (secret !== null) this.refuse(property, `must not contain ${secret}: ${NO_SECRET}`);
      else if (value.indexOf(name) < at) this.refuse(property, "must not be given twice");
      else return [[name, variableInput(name)]];
      return [];
    });
    return Object.fromEntries(inputs);
  }

  /** A token is a secret, but the path of a file with one is not. */
  private tokenPath(row: Option, value: unknown, path: string): unknown {
    if (typeof value !== "string") return value;
    const secret = secretIn(value);
    if (!value.startsWith("file:")) this.refuse(path, `must begin with file:, because ${NO_SECRET}`);
    else if (secret !== null) this.refuse(path, `must not contain ${secret}: ${NO_SECRET}`);
    else return value;
    return credentialInput(row, row);
  }

  private refuse(property: string, message: string): undefined {
    this.problems.push(hiddenProblem(property, message));
    return undefined;
  }
}

function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
