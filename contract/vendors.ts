// SPDX-License-Identifier: Apache-2.0
import { type HookOptions, hookLists } from "./hooks/hooks.js";
import { PHASES } from "./hooks/phases.js";

/** What happens in one phase of a stack. */
export interface VendorPhase {
  /** Any of {@link PHASES}. */
  readonly phase: string;
  /** What Spacelift runs between the hooks. */
  readonly command: string;
  /** What of it may be on a tailnet. */
  readonly reaches: string;
}

/** A kind of stack, by the tool that it runs. */
export interface Vendor {
  readonly name: string;
  /** Its phases, in the order of {@link PHASES}. */
  readonly phases: readonly VendorPhase[];
  /** How its programs get into the tunnel, and what to know besides; one or more sentences. */
  readonly note: string;
}

const TASK: VendorPhase = { phase: "perform", command: "the task's command", reaches: "whatever the task talks to" };

/**
 * The kinds of stacks that Spacelift has, with the phases that each of them has. Hooks of other phases are in the context
 * too, and never run there.
 *
 * Sources: Spacelift's documentation, "Vendors" and "Deleting a stack".
 */
export const VENDORS: readonly Vendor[] = [
  {
    name: "Terraform",
    phases: terraformPhases("terraform"),
    note: "Terraform and its providers honour HTTPS_PROXY. Modules have init, plan, apply and destroy in their test runs.",
  },
  {
    name: "OpenTofu",
    phases: terraformPhases("tofu"),
    note: "OpenTofu and its providers honour HTTPS_PROXY. Modules have init, plan, apply and destroy in their test runs.",
  },
  {
    name: "Terragrunt",
    phases: terraformPhases("terragrunt").filter(({ phase }) => phase !== "destroy"),
    note:
      "As the tool that it runs. The state is never Spacelift's, so choose init too if it is on the tailnet. Spacelift " +
      "deletes no resources of such stacks.",
  },
  {
    name: "Pulumi",
    phases: [
      { phase: "init", command: "pulumi stack select", reaches: "packages of the program" },
      { phase: "plan", command: "pulumi preview", reaches: "backend, providers" },
      { phase: "apply", command: "pulumi up", reaches: "backend, providers" },
      TASK,
      { phase: "destroy", command: "pulumi destroy", reaches: "backend, providers" },
    ],
    note:
      "Pulumi and its providers honour HTTPS_PROXY. Spacelift's documentation has pulumi login come before the hooks of " +
      "init, so a backend on the tailnet may be out of reach there.",
  },
  {
    name: "Ansible",
    phases: [
      { phase: "init", command: "ansible-galaxy install", reaches: "collections and roles" },
      { phase: "plan", command: "ansible-playbook --check", reaches: "hosts, over SSH" },
      { phase: "apply", command: "ansible-playbook", reaches: "hosts, over SSH" },
      TASK,
    ],
    note:
      "SSH knows no HTTP proxy: set ANSIBLE_SSH_COMMON_ARGS to -o ProxyCommand='spacetail tailscale nc %h %p'. Modules " +
      "that speak HTTP honour HTTPS_PROXY. A stack may skip planning, and deletes nothing.",
  },
  {
    name: "Kubernetes",
    phases: [
      { phase: "init", command: "nothing of its own", reaches: "what its hooks fetch" },
      { phase: "plan", command: "kubectl apply --dry-run", reaches: "the cluster's API" },
      { phase: "apply", command: "kubectl apply, kubectl rollout status", reaches: "the cluster's API" },
      TASK,
      { phase: "destroy", command: "kubectl delete", reaches: "the cluster's API" },
    ],
    note: "kubectl and helm honour HTTPS_PROXY.",
  },
  {
    name: "CloudFormation",
    phases: [
      { phase: "init", command: "nothing of its own", reaches: "what its hooks fetch" },
      { phase: "plan", command: "a change set", reaches: "what hooks fetch, for templates made by SAM or the CDK" },
      { phase: "apply", command: "the change set's execution", reaches: "nothing: AWS does the work" },
      TASK,
      { phase: "destroy", command: "the CloudFormation stack's deletion", reaches: "nothing: AWS does the work" },
    ],
    note: "AWS's own API is not on the tailnet; the context serves hooks and tasks.",
  },
];

/**
 * The hook lists of the context that run in stacks of a vendor, by Spacelift's names.
 *
 * @returns null if there is no such vendor
 */
export function vendorHookLists(name: string, options: HookOptions): Record<string, string[]> | null {
  const vendor = VENDORS.find((one) => one.name === name);
  if (vendor === undefined) return null;
  const phases = options.phases.filter((phase) => vendor.phases.some((one) => one.phase === phase));
  return hookLists({ ...options, phases });
}

/** What a context with these phases does in each phase of each vendor, as a Markdown table. */
export function vendorTable(phases: readonly string[]): string {
  const head = `| stack | ${PHASES.join(" | ")} |`;
  const line = `| --- | ${PHASES.map(() => "---").join(" | ")} |`;
  const rows = VENDORS.map((vendor) => {
    const cells = PHASES.map((phase) => {
      const one = vendor.phases.find((row) => row.phase === phase);
      if (one === undefined) return "no such phase";
      return phases.includes(phase) ? `tunnel: ${one.reaches}` : "no tunnel unless chosen";
    });
    return `| ${vendor.name} | ${cells.join(" | ")} |`;
  });
  return [head, line, ...rows, ""].join("\n");
}

function terraformPhases(tool: string): VendorPhase[] {
  return [
    { phase: "init", command: `${tool} init`, reaches: "modules, providers, state backend" },
    { phase: "plan", command: `${tool} plan`, reaches: "state backend, providers' APIs" },
    { phase: "apply", command: `${tool} apply`, reaches: "state backend, providers' APIs" },
    TASK,
    { phase: "destroy", command: `${tool} destroy`, reaches: "state backend, providers' APIs" },
  ];
}
