// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { CONTAINERBOOT_VARIABLES } from "../../contract/wire/containerboot.js";
import { VARIABLES } from "../../contract/wire/environment.js";
import { rendered, renderedSet } from "./command.js";
import { setsOf } from "./option-sets.js";

const ROOT = join(__dirname, "../..");

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
}

function podOf(text: string) {
  const { spec } = parse(text);
  const [sidecar] = spec.pod.additionalSidecarContainers;
  return { pod: spec.pod, sidecar, env: sidecar.env as Variable[] };
}

const SETS = setsOf("kubernetes");

test.each(SETS)("%s: the sidecar meets the restricted standard of pod security", (set) => {
  const { pod, sidecar } = podOf(renderedSet(set, "kubernetes"));
  const { securityContext } = sidecar;
  expect(securityContext).toMatchObject({
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    runAsNonRoot: true,
    seccompProfile: { type: "RuntimeDefault" },
  });
  expect(securityContext.runAsUser).toBeGreaterThan(0);
  expect(securityContext.capabilities.add).toBeUndefined();
  expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
  expect(pod.volumes.every((one: object) => "emptyDir" in one)).toBe(true);
  expect(sidecar.resources.limits.memory).toBeDefined();
});

test.each(SETS)("%s: hooks find the sidecar where it answers health checks", (set) => {
  const { pod, sidecar, env } = podOf(renderedSet(set, "kubernetes"));
  expect(sidecar.command).toEqual(["spacetail", "serve"]);
  const value = (name: string) => env.find((one) => one.name === name)?.value;
  expect(value("TS_ENABLE_HEALTH_CHECK")).toBe("true");
  const [, port = ""] = /:(\d+)$/.exec(value("TS_LOCAL_ADDR_PORT") ?? "") ?? [];
  expect(sidecar.readinessProbe.httpGet).toEqual({ path: "/healthz", port: Number(port) });
  expect(pod.workerContainer.env).toEqual([{ name: "TS_SIDECAR", value: `localhost:${port}` }]);
});

test.each(SETS)("%s: the sidecar gets known variables, each once, and secrets from the cluster only", (set) => {
  const { env } = podOf(renderedSet(set, "kubernetes"));
  const names = env.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const known = [...VARIABLES, ...CONTAINERBOOT_VARIABLES].map(({ name }) => name);
  expect(names.filter((name) => !known.includes(name))).toEqual([]);
  for (const { name, value, valueFrom } of env) {
    const isSecret = VARIABLES.find((one) => one.name === name)?.secret === true;
    expect([name, value === undefined]).toEqual([name, isSecret]);
    if (isSecret) expect(valueFrom?.secretKeyRef.key).toBe(name);
  }
});

test("the name is one that Kubernetes allows", () => {
  expect(parse(rendered("kubernetes", { name: "Tailnet (chosen)" })).metadata.name).toBe("tailnet-chosen");
});

test("without an image, the first lines say what to replace", () => {
  const text = rendered("kubernetes", {});
  const { pod, sidecar } = podOf(text);
  expect(sidecar.image).toMatch(/^runner-tailnet:\d/);
  expect(pod.defaultRunnerImage).toBe(sidecar.image);
  expect(text).toContain(`# Replace the image ${sidecar.image} by yours, or render with --runner-image.\n`);
});

test("the autoscaler of examples/kubernetes scales the pool beside it, between the numbers that docs/kubernetes.md shows", () => {
  const read = (name: string) => readFileSync(join(ROOT, name), "utf8");
  const pool = parse(read("examples/kubernetes/worker-pool.yaml"));
  const text = read("examples/kubernetes/autoscaling.yaml");
  const scaler = parse(text);
  expect([scaler.apiVersion, scaler.kind]).toEqual(["keda.sh/v1alpha1", "ScaledObject"]);
  const { scaleTargetRef, minReplicaCount, maxReplicaCount, triggers } = scaler.spec;
  expect(scaleTargetRef).toEqual({ apiVersion: pool.apiVersion, kind: pool.kind, name: pool.metadata.name });
  expect(minReplicaCount).toBeGreaterThanOrEqual(pool.spec.poolSize);
  expect(maxReplicaCount).toBeGreaterThan(minReplicaCount);
  // All metadata of a trigger must be text.
  const [{ metadata }] = triggers;
  expect(Object.values(metadata).filter((value) => typeof value !== "string")).toEqual([]);
  for (const name of ["runs_pending", "workers_busy"])
    expect(metadata.query).toContain(`spacelift_worker_pool_${name}{worker_pool_name="${pool.metadata.name}"}`);
  const [shown = ""] = /^ {2}scaleTargetRef:\n(?: {2}.*\n)+/m.exec(read("docs/kubernetes.md")) ?? [];
  expect(shown).not.toBe("");
  expect(text).toContain(shown);
});

test("the unit of examples/systemd serves health checks where its README says, and sets known variables", () => {
  const unit = readFileSync(join(ROOT, "examples/systemd/spacetail.service"), "utf8");
  const set = [...unit.matchAll(/^Environment=(\w+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]);
  const known = [...VARIABLES, ...CONTAINERBOOT_VARIABLES].map(({ name }) => name);
  expect(set.map(([name = ""]) => name).filter((name) => !known.includes(name))).toEqual([]);
  const [, port] = /:(\d+)$/.exec(Object.fromEntries(set).TS_LOCAL_ADDR_PORT ?? "") ?? [];
  const readme = readFileSync(join(ROOT, "examples/systemd/README.md"), "utf8");
  expect(readme).toContain(`TS_SIDECAR=localhost:${port}\n`);
});
