// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Build } from "../world/images.js";
import { startAptRepository } from "../world/machines/apt-repository.js";
import { debianBase, debianPackages, dockerFolder, filesImage, rootOf, type Suite } from "../world/machines/images.js";
import { Machine, type MachineOptions } from "../world/machines/machine.js";
import { Buildah } from "../world/oci/buildah.js";
import { ROOT } from "../world/world.js";
import { blocksOf } from "./machine-stage.js";

export const README = readFileSync(join(ROOT, "image/hosts/coder/README.md"), "utf8");

/** Without the units that need what only real machines have. */
export const SYSTEMD = [
  "/lib/systemd/systemd",
  "--log-target=console",
  "--show-status=false",
  "--unit=multi-user.target",
];

/** The workspace's owner, with the environment of the image. */
export interface Owner {
  readonly user: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** An image of workspaces, built by the commands of the README. */
export class WorkspaceImage {
  private constructor(
    readonly root: string,
    readonly owner: Owner,
    private readonly command: readonly string[],
    private readonly build: Build,
  ) {}

  /**
   * Builds it.
   *
   * @param at which of the README's blocks of commands
   * @param tag what that calls the image
   * @param options.suite the release of its base
   * @param options.edit changes the commands; they run in the root of the repository
   */
  static async make(
    build: Build,
    at: number,
    tag: string,
    options: { readonly suite?: Suite; readonly edit?: (script: string) => string } = {},
  ): Promise<WorkspaceImage> {
    const { suite = "bookworm", edit = (script: string) => script } = options;
    const buildah = new Buildah();
    const debian = await startAptRepository({ path: "debian", suite, packages: debianPackages(suite) });
    try {
      const own = `localhost/${tag}-${build}-${process.pid}`;
      const images = {
        "codercom/enterprise-base:ubuntu": debianBase(buildah, suite),
        [tag]: own,
        "spacetail-files": filesImage(buildah, build),
      };
      const docker = dockerFolder({ buildah, suite, debianPort: debian.port, images });
      await run(edit(blocksOf(README, "sh")[at] ?? ""), docker);
      const { config } = buildah.config(own);
      const environment = Object.fromEntries((config.Env ?? []).map((one) => split(one)));
      const command = [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])];
      return new WorkspaceImage(rootOf(buildah, own), { user: config.User ?? "", environment }, command, build);
    } finally {
      await debian.close();
    }
  }

  /** A home volume, as an engine makes one: with what the image has there, and its owner. */
  home(): string {
    const home = mkdtempSync(join(tmpdir(), "home-"));
    execFileSync("cp", ["--archive", `${join(this.root, "home/coder")}/.`, home]);
    return home;
  }

  /** Starts a workspace as an engine does: without privileges, with the entry point of the image or another one. */
  async start(
    hostname: string,
    home: string,
    options: {
      readonly environment?: object;
      readonly command?: readonly string[];
      readonly canSudo?: boolean;
    } = {},
  ): Promise<Machine> {
    const { user, environment } = this.owner;
    const words = Object.entries({ ...environment, HOME: `/home/${user}`, ...options.environment });
    const confined = options.canSudo === true ? [] : ["--no-new-privs", "--bounding-set=-all"];
    const as = ["setpriv", `--reuid=${user}`, `--regid=${user}`, "--init-groups", ...confined];
    const init = [...as, "env", "-i", ...words.map(([name, value]) => `${name}=${value}`)];
    return await Machine.start({
      ...this.layout(hostname, home),
      init: [...init, ...(options.command ?? this.command)],
    });
  }

  /** Starts a workspace in which systemd is the first program. Its unit gets variables from /etc/default. */
  async boot(hostname: string, home: string, variables: Readonly<Record<string, string>>): Promise<Machine> {
    const folder = mkdtempSync(join(tmpdir(), "default-"));
    const settings = readFileSync(join(this.root, "etc/default/tailscaled"), "utf8");
    const more = Object.entries(variables).map(([name, value]) => `${name}="${value}"\n`);
    writeFileSync(join(folder, "tailscaled"), settings + more.join(""));
    const { volumes, ...layout } = this.layout(hostname, home);
    const file = { "/etc/default/tailscaled": join(folder, "tailscaled") };
    return await Machine.start({ ...layout, volumes: { ...volumes, ...file }, isSystem: true, init: SYSTEMD });
  }

  /** What every machine of the image has. */
  layout(hostname: string, home: string): MachineOptions {
    const node = this.build === "node" ? { "/usr/local/bin/node": process.execPath } : {};
    return { root: this.root, hostname, volumes: { "/home/coder": home, ...node } };
  }
}

/** Runs commands in the root of the repository, while this process serves packages. */
async function run(script: string, docker: string): Promise<void> {
  const env = { ...process.env, PATH: `${docker}:${process.env.PATH}` };
  const child = spawn("sh", ["-euc", script], { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
    });
  }
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code !== 0) throw new Error(`${script}\n${text.slice(-4000)}`);
}

function split(assignment: string): readonly [string, string] {
  const at = assignment.indexOf("=");
  return [assignment.slice(0, at), assignment.slice(at + 1)];
}

/** Takes a home volume away. */
export function discard(home: string): void {
  rmSync(home, { recursive: true, force: true });
}
