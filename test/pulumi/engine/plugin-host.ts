// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import {
  ConstructRequest,
  type ConstructResponse,
  GetSchemaRequest,
  type GetSchemaResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { FakeEngine } from "./fake-engine.js";
import { decode } from "./property-values.js";

/** The components as programs in other languages reach them: served by Pulumi's own plugin host, in a process of its own. */
export class PluginHost {
  private constructor(
    private readonly child: ChildProcess,
    private readonly client: ResourceProviderClient,
    private readonly address: string,
    /** The engine that the components register their resources with. */
    public readonly engine: FakeEngine,
  ) {}

  /** Starts the plugin in a folder that has its packages installed. @throws with what it printed if it does not come up */
  static async start(node: string, folder: string, preview = false): Promise<PluginHost> {
    const { engine, address } = await FakeEngine.start(preview);
    const host = join(folder, "node_modules/@pulumi/pulumi/cmd/run-plugin");
    const env = { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", TMPDIR: tmpdir() };
    const child = spawn(node, [host, folder, address], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
    let errors = "";
    child.stderr.on("data", (data) => {
      errors += data;
    });
    const port = await new Promise<string>((done, fail) => {
      child.stdout.once("data", (data) => done(String(data).trim()));
      child.once("close", (status) => fail(new Error(`the plugin ended with ${status}: ${errors}`)));
    });
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    return new PluginHost(child, client, address, engine);
  }

  async stop(): Promise<void> {
    this.client.close();
    this.engine.stop();
    const ended = new Promise((done) => this.child.once("close", done));
    this.child.kill();
    await ended;
  }

  /** The schema that SDKs of other languages are made from. */
  async schema(): Promise<unknown> {
    const response = await this.call<GetSchemaResponse>((done) => this.client.getSchema(new GetSchemaRequest(), done));
    return JSON.parse(response.getSchema());
  }

  /**
   * Constructs a component.
   *
   * @param providers references of explicit providers, by package
   * @returns its URN and outputs
   */
  async construct(
    type: string,
    name: string,
    inputs: Record<string, unknown>,
    providers: Readonly<Record<string, string>> = {},
  ) {
    const request = new ConstructRequest();
    request.setProject(this.engine.project);
    request.setStack(this.engine.stack);
    request.setDryrun(this.engine.preview);
    request.setParallel(8);
    request.setMonitorendpoint(this.address);
    request.setType(type);
    request.setName(name);
    request.setInputs(Struct.fromJavaScript(inputs as Record<string, JavaScriptValue>));
    for (const [one, reference] of Object.entries(providers)) request.getProvidersMap().set(one, reference);
    const response = await this.call<ConstructResponse>((done) => this.client.construct(request, done));
    return { urn: response.getUrn(), outputs: decode(response.getState()?.toJavaScript()) };
  }

  private call<T>(send: (done: (error: grpc.ServiceError | null, response: T) => void) => void): Promise<T> {
    return new Promise((done, fail) => {
      send((error, response) => {
        if (error === null) done(response);
        else fail(error);
      });
    });
  }
}
