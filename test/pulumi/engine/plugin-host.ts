// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import {
  ConstructRequest,
  type ConstructResponse,
  GetSchemaRequest,
  type GetSchemaResponse,
  ProviderHandshakeRequest,
  type ProviderHandshakeResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { FakeEngine } from "./fake-engine.js";
import { decode } from "./property-values.js";

/** What a plugin is started with. */
export interface PluginOptions {
  /** The program `node`. */
  readonly node: string;
  /** Folder of the plugin, with its packages installed. */
  readonly plugin: string;
  /** Folder of the user's program. */
  readonly project: string;
  readonly preview?: boolean;
}

/** Prints the path of the program that serves plugins, among the packages of the working directory. */
const LOCATE = `console.log(require.resolve("@pulumi/pulumi/cmd/run-plugin"))`;

/**
 * The components as programs in other languages reach them: served by Pulumi's own plugin host, in a process of its
 * own.
 *
 * It is started as Pulumi's engine does it: the program comes from the packages of the plugin, and runs in the folder
 * of the user's program. Source: pulumi/pulumi, sdk/nodejs/cmd/pulumi-language-nodejs/main.go, `RunPlugin`.
 */
export class PluginHost {
  private constructor(
    private readonly child: ChildProcess,
    private readonly client: ResourceProviderClient,
    /** The engine that the components register their resources with. */
    public readonly engine: FakeEngine,
    /** Address of the engine, for programs. */
    public readonly address: string,
  ) {
    engine.construct = (request) => this.send(request);
  }

  /** Starts a plugin. @throws with what it printed if it does not come up */
  static async start({ node, plugin, project, preview = false }: PluginOptions): Promise<PluginHost> {
    const host = execFileSync(node, ["-e", LOCATE], { cwd: plugin, encoding: "utf8" }).trim();
    const { engine, address } = await FakeEngine.start(preview);
    const { PATH = "", HOME = "" } = process.env;
    const env = { PATH, HOME, TMPDIR: tmpdir(), PULUMI_NODEJS_TYPESCRIPT: "true" };
    const child = spawn(node, [host, plugin, address], { cwd: project, env, stdio: ["ignore", "pipe", "pipe"] });
    let errors = "";
    child.stderr.on("data", (data) => {
      errors += data;
    });
    const port = await new Promise<string>((done, fail) => {
      child.stdout.once("data", (data) => done(String(data).trim()));
      child.once("close", (status) => {
        engine.stop();
        fail(new Error(`the plugin ended with ${status}: ${errors}${engine.logs.join("\n")}`));
      });
    });
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    const started = new PluginHost(child, client, engine, address);
    await started.handshake(plugin);
    return started;
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
    request.setType(type);
    request.setName(name);
    request.setInputs(Struct.fromJavaScript(inputs as Record<string, JavaScriptValue>));
    for (const [one, reference] of Object.entries(providers)) request.getProvidersMap().set(one, reference);
    const response = await this.send(request);
    return { urn: response.getUrn(), outputs: decode(response.getState()?.toJavaScript()) };
  }

  /** The engine's first call. Plugins may not know it. */
  private async handshake(plugin: string): Promise<void> {
    const request = new ProviderHandshakeRequest();
    request.setEngineAddress(this.address);
    request.setRootDirectory(plugin);
    request.setProgramDirectory(plugin);
    try {
      await this.call<ProviderHandshakeResponse>((done) => this.client.handshake(request, done));
    } catch (error) {
      if ((error as grpc.ServiceError).code !== grpc.status.UNIMPLEMENTED) throw error;
    }
  }

  private send(request: ConstructRequest): Promise<ConstructResponse> {
    request.setProject(this.engine.project);
    request.setStack(this.engine.stack);
    request.setDryrun(this.engine.preview);
    request.setParallel(8);
    request.setMonitorendpoint(this.address);
    return this.call<ConstructResponse>((done) => this.client.construct(request, done));
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
