// SPDX-License-Identifier: Apache-2.0
import * as grpc from "@grpc/grpc-js";
import { ResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb";
import { RegisterResourceRequest, type RegisterResourceResponse } from "@pulumi/pulumi/proto/resource_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { parse } from "yaml";
import { decode } from "./property-values.js";

interface YamlProgram {
  readonly resources: Readonly<Record<string, YamlResource>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

interface YamlResource {
  readonly type: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

const REFERENCE = /^\$\{([\w-]+)\.(\w+)\}$/;

/**
 * Runs a YAML program against an engine, as Pulumi's host for YAML does. Its resources are components, and its
 * references whole values.
 *
 * @param text of its Pulumi.yaml
 * @param address of the engine
 * @returns the stack's outputs
 * @throws if a reference leads nowhere
 */
export async function runYaml(text: string, address: string): Promise<Record<string, unknown>> {
  const { resources, outputs = {} } = parse(text) as YamlProgram;
  const monitor = new ResourceMonitorClient(address, grpc.credentials.createInsecure());
  const made = new Map<string, Record<string, unknown>>();

  const resolve = async (value: unknown): Promise<unknown> => {
    if (Array.isArray(value)) return Promise.all(value.map(resolve));
    if (typeof value === "object" && value !== null) {
      const members = Object.entries(value).map(async ([name, member]) => [name, await resolve(member)] as const);
      return Object.fromEntries(await Promise.all(members));
    }
    if (typeof value !== "string" || !value.includes("${")) return value;
    const [, name = "", property = ""] = REFERENCE.exec(value) ?? [];
    const state = await make(name);
    if (!(property in state)) throw new Error(`${value} leads nowhere`);
    return state[property];
  };

  const make = async (name: string): Promise<Record<string, unknown>> => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const resource = resources[name];
    if (resource === undefined) throw new Error(`there is no resource ${name}`);
    const properties = (await resolve(resource.properties ?? {})) as Record<string, unknown>;
    const state = await register(monitor, resource.type.replace(":", ":index:"), name, properties);
    made.set(name, state);
    return state;
  };

  try {
    for (const name of Object.keys(resources)) await make(name);
    return decode(await resolve(outputs)) as Record<string, unknown>;
  } finally {
    monitor.close();
  }
}

/** Registers a component. @returns its outputs in the wire format */
async function register(
  monitor: ResourceMonitorClient,
  type: string,
  name: string,
  properties: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const request = new RegisterResourceRequest();
  request.setType(type);
  request.setName(name);
  request.setRemote(true);
  request.setAcceptsecrets(true);
  request.setObject(Struct.fromJavaScript(properties as Record<string, JavaScriptValue>));
  const response = await new Promise<RegisterResourceResponse>((done, fail) => {
    monitor.registerResource(request, (error, answer) => (error === null ? done(answer) : fail(error)));
  });
  return response.getObject()?.toJavaScript() ?? {};
}
