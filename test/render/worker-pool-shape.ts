// SPDX-License-Identifier: Apache-2.0
import type { Shape } from "./shapes.js";

const KEY: Shape = {
  members: { secretKeyRef: { members: { name: "text", key: "text" }, required: ["key"] } },
  required: [],
};

const ENV: Shape = {
  listOf: { members: { name: "text", value: "text", valueFrom: KEY }, required: ["name"] },
};

const ENV_FROM: Shape = {
  listOf: {
    members: { prefix: "text", secretRef: { members: { name: "text", optional: "boolean" }, required: [] } },
    required: [],
  },
};

const SECCOMP: Shape = { members: { type: "text", localhostProfile: "text" }, required: ["type"] };

const RESOURCES: Shape = { members: { requests: { mapOf: "text" }, limits: { mapOf: "text" } }, required: [] };

const SECURITY: Shape = {
  members: {
    allowPrivilegeEscalation: "boolean",
    capabilities: { members: { add: { listOf: "text" }, drop: { listOf: "text" } }, required: [] },
    privileged: "boolean",
    readOnlyRootFilesystem: "boolean",
    runAsGroup: "whole number",
    runAsNonRoot: "boolean",
    runAsUser: "whole number",
    seccompProfile: SECCOMP,
  },
  required: [],
};

const MOUNTS: Shape = {
  listOf: {
    members: { name: "text", mountPath: "text", subPath: "text", readOnly: "boolean" },
    required: ["mountPath", "name"],
  },
};

const PROBE: Shape = {
  members: {
    httpGet: { members: { path: "text", port: "whole number", scheme: "text" }, required: ["port"] },
    failureThreshold: "whole number",
    initialDelaySeconds: "whole number",
    periodSeconds: "whole number",
    successThreshold: "whole number",
    timeoutSeconds: "whole number",
  },
  required: [],
};

/**
 * A worker pool of Spacelift's controller, as far as it is used here. Source: the custom resource definition
 * workers.spacelift.io_workerpools.yaml, version v1beta1, of spacelift-io/spacelift-helm-charts at ba3c3f3.
 */
export const WORKER_POOL: Shape = {
  members: {
    apiVersion: { anyOf: ["workers.spacelift.io/v1beta1"] },
    kind: { anyOf: ["WorkerPool"] },
    metadata: { members: { name: "text", namespace: "text", labels: { mapOf: "text" } }, required: ["name"] },
    spec: {
      members: {
        allowedRunnerImageHosts: { listOf: "text" },
        description: "text",
        poolSize: "whole number",
        privateKey: KEY,
        space: "text",
        token: KEY,
        pod: {
          members: {
            additionalSidecarContainers: {
              listOf: {
                members: {
                  args: { listOf: "text" },
                  command: { listOf: "text" },
                  env: ENV,
                  envFrom: ENV_FROM,
                  image: "text",
                  imagePullPolicy: "text",
                  livenessProbe: PROBE,
                  name: "text",
                  readinessProbe: PROBE,
                  resources: RESOURCES,
                  securityContext: SECURITY,
                  startupProbe: PROBE,
                  volumeMounts: MOUNTS,
                },
                required: ["name"],
              },
            },
            defaultRunnerImage: "text",
            labels: { mapOf: "text" },
            securityContext: {
              members: { fsGroup: "whole number", runAsNonRoot: "boolean", seccompProfile: SECCOMP },
              required: [],
            },
            volumes: {
              listOf: {
                members: { name: "text", emptyDir: { members: { medium: "text", sizeLimit: "text" }, required: [] } },
                required: ["name"],
              },
            },
            workerContainer: {
              members: { env: ENV, envFrom: ENV_FROM, resources: RESOURCES, volumeMounts: MOUNTS },
              required: [],
            },
          },
          required: [],
        },
      },
      required: [],
    },
  },
  required: ["apiVersion", "kind", "metadata", "spec"],
};
