// SPDX-License-Identifier: Apache-2.0
import { runnerImageIn } from "../../contract/context/runner-image.js";
import type { ContextVariable } from "../../contract/context/variables.js";
import { labelFromName } from "../../contract/wire/labels.js";
import { inputsOf } from "../context/inputs.js";
import type { ContextModel } from "../context/model.js";
import { Input, type Text } from "../context/texts.js";
import { type YamlMapping, yamlDocument } from "./yaml.js";

/** User and group of everything in a pod of a worker. Source: Spacelift's documentation, "Kubernetes workers". */
const RUNNER = 1983;

/** Where `spacetail serve` answers health checks, as Tailscale's containerboot does. */
const HEALTH_PORT = 9002;

/** What the standard "restricted" of pod security demands of a container. */
const RESTRICTED: YamlMapping = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
  runAsGroup: RUNNER,
  runAsNonRoot: true,
  runAsUser: RUNNER,
  seccompProfile: { type: "RuntimeDefault" },
};

/**
 * A worker pool for Spacelift's controller in Kubernetes. Its pods have a sidecar with the tunnel; hooks of runs find
 * it by TS_SIDECAR and start none. Only the sidecar has the login. Source: Spacelift's custom resource WorkerPool,
 * version v1beta1.
 */
export function workerPool(model: ContextModel): string {
  const { runnerImage } = model;
  const name = labelFromName(model.name);
  const image = runnerImage ?? runnerImageIn("").replace(/^\/+/, "");
  const secret = (key: string): YamlMapping => ({ secretKeyRef: { name: `${name}-worker-pool`, key } });
  const pool: YamlMapping = {
    apiVersion: "workers.spacelift.io/v1beta1",
    kind: "WorkerPool",
    metadata: { name },
    spec: {
      poolSize: 1,
      token: secret("token"),
      privateKey: secret("privateKey"),
      pod: {
        securityContext: { fsGroup: RUNNER, runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        defaultRunnerImage: image,
        volumes: [{ name: "tailnet", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } }],
        workerContainer: { env: [{ name: "TS_SIDECAR", value: `localhost:${HEALTH_PORT}` }] },
        additionalSidecarContainers: [sidecar(model, image, `${name}-login`)],
      },
    },
  };
  return head(model, name, image) + yamlDocument(pool);
}

function sidecar(model: ContextModel, image: string, login: string): YamlMapping {
  const own = [
    { name: "TS_ENABLE_HEALTH_CHECK", value: "true" },
    { name: "TS_LOCAL_ADDR_PORT", value: `[::]:${HEALTH_PORT}` },
  ];
  return {
    name: "tailnet",
    image,
    command: ["spacetail", "serve"],
    env: [...own, ...model.variables.map((one) => variable(one, login))],
    ...(model.isExternal ? { envFrom: [{ secretRef: { name: login } }] } : {}),
    readinessProbe: {
      httpGet: { path: "/healthz", port: HEALTH_PORT },
      periodSeconds: 2,
      failureThreshold: 60,
    },
    resources: { requests: { cpu: "20m", memory: "48Mi" }, limits: { memory: "256Mi" } },
    securityContext: RESTRICTED,
    // For the files of the tunnel, which are nowhere else.
    volumeMounts: [{ name: "tailnet", mountPath: "/tmp" }],
  };
}

function variable({ name, value }: ContextVariable<Text>, login: string): YamlMapping {
  if (value instanceof Input) return { name, valueFrom: { secretKeyRef: { name: login, key: value.variable } } };
  return { name, value: String(value) };
}

/** What must exist besides. */
function head(model: ContextModel, name: string, image: string): string {
  const keys = model.isExternal
    ? ["the variables of a login, such as TS_OAUTH_CLIENT_SECRET"]
    : inputsOf(model).map(({ variable: key }) => key);
  return [
    `# Needs a secret ${name}-worker-pool with token and privateKey, as Spacelift's documentation says, and a secret`,
    `# ${name}-login with ${keys.join(", ")}.`,
    ...(model.runnerImage === undefined
      ? [`# Replace the image ${image} by yours, or render with --runner-image.`]
      : []),
    "\n",
  ].join("\n");
}
