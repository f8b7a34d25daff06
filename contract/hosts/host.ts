// SPDX-License-Identifier: Apache-2.0

/** What users of a host call one of our variables, or a flag of `tailscale up` or tailscaled. */
export interface HostName {
  readonly name: string;
  /** `TS_HOSTNAME`, `--accept-dns`. */
  readonly means: string;
}

/**
 * A place other than a Spacelift run that the executable serves: what is different there, as data. Its files are in
 * image/hosts, in a folder of its name; those with its settings are made from this table (texts.ts).
 */
export interface Host {
  /** The name of its folder. */
  readonly name: string;
  /** What variables are unless somebody sets them. */
  readonly defaults: Readonly<Record<string, string>>;
  /** The flags of `tailscale up` that a node has unless somebody sets others, as `--name=value`. */
  readonly flags: readonly string[];
  readonly names: readonly HostName[];
  /** The files with its settings. */
  readonly files: readonly HostFile[];
}

/** A file with the settings of a host. */
export interface HostFile {
  /** Below the folder of the host. */
  readonly path: string;
  /**
   * - `unit`: a drop-in of a systemd unit. Later drop-ins and environment files take precedence.
   * - `shell`: commands of a POSIX shell, which change nothing that is set.
   * - `dockerfile`: an ENV instruction in a Dockerfile, between two comments.
   */
  readonly format: "unit" | "shell" | "dockerfile";
}
