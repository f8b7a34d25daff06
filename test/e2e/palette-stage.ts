// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { render } from "../../render/render.js";
import { imageFolder } from "../world/images.js";
import { debianRoot } from "../world/machines/images.js";
import { Machine } from "../world/machines/machine.js";
import type { TailnetNode } from "../world/tailnet.js";
import { ROOT, type World } from "../world/world.js";
import { blocksOf, succeeds } from "./machine-stage.js";
import { accessTo, eventually, TAG } from "./stage.js";

/** The page that these tests follow. */
export const README = readFileSync(join(ROOT, "image/hosts/palette/README.md"), "utf8");

const SYSTEMD = ["/lib/systemd/systemd", "--log-target=console", "--show-status=false", "--unit=multi-user.target"];

interface Step {
  readonly if?: string;
  readonly commands?: readonly string[];
  readonly files?: readonly { readonly path: string; readonly permissions: number; readonly content: string }[];
}

/** A configuration of Kairos. */
export interface Configuration {
  readonly install?: { readonly bind_mounts: readonly string[] };
  readonly stages: Readonly<Record<string, readonly Step[]>>;
}

/** What YAML 1.1 makes of a text, as Kairos reads it. */
export function read(text: string): Configuration {
  return parse(text, { version: "1.1" });
}

/** Does the steps of a stage as Kairos does: unless the condition fails, the files first, then the commands. */
export async function runStage(machine: Machine, { stages }: Configuration, stage: string): Promise<void> {
  for (const step of stages[stage] ?? []) {
    if (step.if !== undefined && (await machine.run(step.if)).code !== 0) continue;
    for (const { path, permissions, content } of step.files ?? []) {
      const line = `mkdir -p ${dirname(path)}; printf %s '${content.replaceAll("'", "'\\''")}' >${path}; chmod ${permissions.toString(8)} ${path}`;
      expect(await machine.run(line)).toEqual({ code: 0, text: "" });
    }
    for (const command of step.commands ?? []) {
      const { code, text } = await machine.run(command);
      if (code !== 0) throw new Error(`${command} ended with ${code}: ${text}`);
    }
  }
}

/** A device: what stays when it is switched off. */
export interface Device {
  readonly oem: string;
  readonly state: string;
  readonly uuid: string;
}

/** The commands of the README that have a text in them. */
function blockWith(text: string): string {
  // They belong to steps of a list.
  const found = blocksOf(README.replace(/^ {3}/gm, ""), "sh").find((block) => block.includes(text));
  if (found === undefined) throw new Error(`the README has no commands with ${text}`);
  return found;
}

/** What tests of edge hosts do. */
export interface EdgeHosts {
  /** A key that any number of hosts may use. */
  makeKey(): Promise<string>;
  /** The user-data for the embedded tailnet, with more flags of `spacetail render --format palette`. */
  renderUserData(...flags: string[]): Promise<Configuration>;
  /** Plays the installer, from whose medium there may be a credential. */
  install(userData: Configuration, uuid: string, credential: Readonly<Record<string, string>>): Promise<Device>;
  /** Boots the installed system, as far as the network stage is over. */
  boot(device: Device, bindMounts: readonly string[], isOnline?: boolean): Promise<Machine>;
  joined(hostname: string): Promise<TailnetNode | undefined>;
  isJoined(hostname: string): Promise<void>;
}

/** Edge hosts for the tests of one file, which are gone after each test: call it in `describe`, use it in tests. */
export function useEdgeHosts(world: () => World): EdgeHosts {
  let layer: string;
  const folders: string[] = [];
  const machines: Machine[] = [];
  const folder = (): string => {
    const made = mkdtempSync(join(tmpdir(), "palette-"));
    folders.push(made);
    return made;
  };
  beforeAll(() => {
    // A clone of CanvOS, to which the commands of the README add what a host gets.
    const clone = mkdtempSync(join(tmpdir(), "canvos-"));
    layer = mkdtempSync(join(tmpdir(), "palette-layer-"));
    writeFileSync(join(clone, "Dockerfile"), "ARG BASE\nFROM $BASE\n");
    const env = { ...process.env, CANVOS: clone };
    execFileSync("sh", ["-euc", blockWith('"$CANVOS/Dockerfile"')], { cwd: ROOT, env });
    for (const [line, from, source, target] of readFileSync(join(clone, "Dockerfile"), "utf8").matchAll(
      /^COPY (--from=\S+ )?(\S+) (\S+)$/gm,
    )) {
      const isImage = from === "--from=registry.example/spacetail-files-full " && source === "/usr/local/bin/";
      if (from !== undefined && !isImage) throw new Error(`the Dockerfile has another image: ${line}`);
      const folder = isImage ? imageFolder(ROOT, "native", "full") : join(clone, source ?? "");
      cpSync(folder, join(layer, target ?? ""), { recursive: true, verbatimSymlinks: true });
    }
    rmSync(clone, { recursive: true });
  });
  afterAll(() => rmSync(layer, { recursive: true, force: true }));
  afterEach(async () => {
    for (const machine of machines.splice(0)) await machine.stop();
    for (const one of folders.splice(0)) rmSync(one, { recursive: true, force: true });
    for (const node of await world().tailnet.joinedNodes()) await world().tailnet.deleteNode(node.name);
  });

  const makeKey = async (): Promise<string> =>
    (await world().tailnet.makeKey({ tags: [TAG], preauthorized: true, reusable: true })).key;

  async function renderUserData(...flags: string[]): Promise<Configuration> {
    const { TS_CONTROL_URL } = await accessTo(world().tailnet);
    let text = "";
    const print = (piece: string): void => {
      text += piece;
    };
    expect(render(["--format", "palette", "--control-url", TS_CONTROL_URL, ...flags], print)).toBe(0);
    return read(text);
  }

  /** Plays the installer, from whose medium there may be a credential. */
  async function install(userData: Configuration, uuid: string, credential: Record<string, string>): Promise<Device> {
    const [oem, state, clone, shims] = [folder(), folder(), folder(), folder()];
    // As the README does it, in the clone of CanvOS, whose overlay/files-iso is the root of the medium.
    for (const [name, text] of Object.entries(credential)) {
      writeFileSync(join(clone, name), text);
      execFileSync("sh", ["-euc", blockWith("overlay/files-iso").replaceAll("authkey", name)], { cwd: clone });
    }
    const live = join(clone, "overlay/files-iso/tailscale");
    // Partitions are folders here.
    writeFileSync(join(shims, "blkid"), "#!/bin/sh\n[ \"$*\" = '-L COS_OEM' ] && echo /partition\n");
    writeFileSync(join(shims, "mount"), '#!/bin/sh\nexec /usr/bin/mount --bind "$@"\n');
    for (const name of ["blkid", "mount"]) chmodSync(join(shims, name), 0o755);
    const installer = await Machine.start({
      root: `${layer}:${debianRoot()}`,
      hostname: "installer",
      isOnline: false,
      volumes: {
        "/partition": oem,
        "/usr/local/sbin": shims,
        ...(Object.keys(credential).length > 0 ? { "/run/initramfs/live/tailscale": live } : {}),
      },
    });
    try {
      await runStage(installer, userData, "after-install");
    } finally {
      await installer.stop();
    }
    return { oem, state, uuid };
  }

  /** Boots the installed system, as far as the network stage is over. */
  async function boot({ oem, state, uuid }: Device, bindMounts: readonly string[], isOnline = true): Promise<Machine> {
    const firmware = folder();
    writeFileSync(join(firmware, "product_uuid"), `${uuid}\n`);
    writeFileSync(join(firmware, "product_serial"), "To be filled by O.E.M.\n");
    const machine = await Machine.start({
      root: `${layer}:${debianRoot()}`,
      hostname: "localhost",
      isSystem: true,
      init: SYSTEMD,
      isOnline,
      volumes: {
        "/oem": oem,
        "/sys/class/dmi/id": firmware,
        ...Object.fromEntries(bindMounts.map((path) => [path, state])),
      },
    });
    machines.push(machine);
    await succeeds(machine, "systemctl is-system-running --wait; systemctl is-active multi-user.target");
    for (const name of readdirSync(oem).sort()) {
      if (name.endsWith(".yaml")) await runStage(machine, read(readFileSync(join(oem, name), "utf8")), "network.after");
    }
    return machine;
  }

  const joined = async (hostname: string) =>
    (await world().tailnet.joinedNodes()).find((node) => node.hostname === hostname && node.online);
  const isJoined = async (hostname: string): Promise<void> => {
    await eventually(async () => (await joined(hostname)) !== undefined, `${hostname} is on the tailnet`);
  };

  return { makeKey, renderUserData, install, boot, joined, isJoined };
}
