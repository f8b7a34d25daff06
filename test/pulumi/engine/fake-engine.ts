// SPDX-License-Identifier: Apache-2.0
import * as grpc from "@grpc/grpc-js";
import * as engineServices from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as engineMessages from "@pulumi/pulumi/proto/engine_pb";
import { ConstructRequest, type ConstructResponse } from "@pulumi/pulumi/proto/provider_pb";
import * as monitorServices from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as monitorMessages from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { decode, secret, upgraded } from "./property-values.js";

/** A resource as the engine was told of it. */
export interface EngineResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly parent: string;
  readonly custom: boolean;
  readonly inputs: Record<string, unknown>;
  /** What a component said in the end; undefined for a component that never did, and for other resources. */
  outputs?: Record<string, unknown>;
  readonly provider: string;
  readonly providers: Record<string, string>;
  readonly packageReference: string;
  readonly secretOutputs: string[];
  /** Undefined if the program left it to the provider. */
  readonly deleteBeforeReplace: boolean | undefined;
  readonly aliases: string[];
}

/** A provider package as a program announced it. */
export interface EnginePackage {
  readonly name: string;
  readonly version: string;
  readonly downloadUrl: string;
  readonly parameterization: { readonly name: string; readonly version: string; readonly value: unknown };
}

/** What providers make up beside the inputs, by type. */
const OUTPUTS: Readonly<Record<string, (name: string) => Record<string, unknown>>> = {
  "tailscale:index/oauthClient:OauthClient": (name) => ({ key: secret(`tskey-client-${name}`) }),
};

/** Without `aliasSpecs` programs work out by themselves what their children were called before. */
const FEATURES = ["secrets", "resourceReferences", "outputValues", "parameterization", "transforms"];

/**
 * Pulumi's engine as a program sees it: the resource monitor and the engine's log, on loopback. In a preview nothing
 * has an id, and what providers make up is not known.
 */
export class FakeEngine {
  public readonly packages: EnginePackage[] = [];
  public readonly resources: EngineResource[] = [];
  /** Messages of errors and warnings. */
  public readonly logs: string[] = [];
  /** Has a plugin construct the components of programs in other languages. */
  public construct: ((request: ConstructRequest) => Promise<ConstructResponse>) | undefined;

  readonly #server = new grpc.Server();
  #rootUrn = "";

  private constructor(
    public readonly preview: boolean,
    public readonly project: string,
    public readonly stack: string,
  ) {}

  /** Starts an engine, to be told to {@link stop}. @returns it and its address */
  static async start(preview: boolean): Promise<{ engine: FakeEngine; address: string }> {
    const engine = new FakeEngine(preview, "project", "stack");
    const server = engine.#server;
    server.addService(monitorServices.ResourceMonitorService as grpc.ServiceDefinition, engine.monitor());
    server.addService(engineServices.EngineService as grpc.ServiceDefinition, engine.engine());
    const port = await new Promise<number>((done, fail) => {
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) done(bound);
        else fail(error);
      });
    });
    return { engine, address: `127.0.0.1:${port}` };
  }

  stop(): void {
    this.#server.forceShutdown();
  }

  /** The resources of a type. */
  all(type: string): EngineResource[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  /** The only resource of a type. @throws if there are several or none */
  only(type: string): EngineResource {
    const [one, ...others] = this.all(type);
    if (one === undefined || others.length > 0) throw new Error(`expected one ${type}`);
    return one;
  }

  private monitor(): grpc.UntypedServiceImplementation {
    return {
      supportsFeature: unary<monitorMessages.SupportsFeatureRequest>((request) => {
        const response = new monitorMessages.SupportsFeatureResponse();
        response.setHassupport(FEATURES.includes(request.getId()));
        return response;
      }),
      registerPackage: unary<monitorMessages.RegisterPackageRequest>((request) => {
        const response = new monitorMessages.RegisterPackageResponse();
        response.setRef(this.registerPackage(request));
        return response;
      }),
      registerResource: unary<monitorMessages.RegisterResourceRequest>((request) =>
        request.getRemote() ? this.constructRemotely(request) : this.registerResource(request),
      ),
      registerResourceOutputs: unary<monitorMessages.RegisterResourceOutputsRequest>((request) => {
        const resource = this.resources.find(({ urn }) => urn === request.getUrn());
        if (resource !== undefined) resource.outputs = plain(request.getOutputs());
        return new Empty();
      }),
      signalAndWaitForShutdown: unary<Empty>(() => new Empty()),
    };
  }

  private engine(): grpc.UntypedServiceImplementation {
    return {
      log: unary<engineMessages.LogRequest>((request) => {
        if (request.getSeverity() >= engineMessages.LogSeverity.WARNING) this.logs.push(request.getMessage());
        return new Empty();
      }),
      getRootResource: unary<engineMessages.GetRootResourceRequest>(() => {
        const response = new engineMessages.GetRootResourceResponse();
        response.setUrn(this.#rootUrn);
        return response;
      }),
      setRootResource: unary<engineMessages.SetRootResourceRequest>((request) => {
        this.#rootUrn = request.getUrn();
        return new engineMessages.SetRootResourceResponse();
      }),
    };
  }

  private registerPackage(request: monitorMessages.RegisterPackageRequest): string {
    const given = request.getParameterization();
    this.packages.push({
      name: request.getName(),
      version: request.getVersion(),
      downloadUrl: request.getDownloadUrl(),
      parameterization: {
        name: given?.getName() ?? "",
        version: given?.getVersion() ?? "",
        value: JSON.parse(Buffer.from(given?.getValue_asU8() ?? []).toString()),
      },
    });
    return `package-${this.packages.length}`;
  }

  private registerResource(request: monitorMessages.RegisterResourceRequest) {
    const [type, name, parent] = [request.getType(), request.getName(), request.getParent()];
    const urn = this.urn(type, name, parent);
    if (this.resources.some((resource) => resource.urn === urn)) throw new Error(`Duplicate resource URN '${urn}'`);
    const custom = request.getCustom();
    this.resources.push({
      urn,
      type,
      name,
      parent,
      custom,
      inputs: plain(request.getObject()),
      provider: request.getProvider(),
      providers: Object.fromEntries(request.getProvidersMap().getEntryList()),
      packageReference: request.getPackageref(),
      secretOutputs: request.getAdditionalsecretoutputsList(),
      deleteBeforeReplace: request.getDeletebeforereplacedefined() ? request.getDeletebeforereplace() : undefined,
      aliases: request.getAliasurnsList(),
    });
    const response = new monitorMessages.RegisterResourceResponse();
    response.setUrn(urn);
    if (custom && !this.preview) response.setId(`id-${name}`);
    const madeUp = this.preview ? {} : (OUTPUTS[type]?.(name) ?? {});
    const state = { ...request.getObject()?.toJavaScript(), ...madeUp };
    response.setObject(Struct.fromJavaScript(state as Record<string, JavaScriptValue>));
    return response;
  }

  private async constructRemotely(request: monitorMessages.RegisterResourceRequest) {
    if (this.construct === undefined) throw new Error(`no plugin makes ${request.getType()}`);
    const construct = new ConstructRequest();
    construct.setType(request.getType());
    construct.setName(request.getName());
    construct.setParent(request.getParent());
    const inputs = upgraded(request.getObject()?.toJavaScript() ?? {}) as Record<string, JavaScriptValue>;
    construct.setInputs(Struct.fromJavaScript(inputs));
    for (const [name, reference] of request.getProvidersMap().getEntryList()) {
      construct.getProvidersMap().set(name, reference);
    }
    const constructed = await this.construct(construct);
    const response = new monitorMessages.RegisterResourceResponse();
    response.setUrn(constructed.getUrn());
    response.setObject(constructed.getState());
    return response;
  }

  /** Children of components carry the types of those; children of the stack do not. */
  private urn(type: string, name: string, parent: string): string {
    const parentType = parent.split("::")[2] ?? "";
    const isTop = parent === "" || parentType === "pulumi:pulumi:Stack";
    return `urn:pulumi:${this.stack}::${this.project}::${isTop ? type : `${parentType}$${type}`}::${name}`;
  }
}

/** A handler of one request, whose exceptions become the call's error. */
function unary<Request>(handle: (request: Request) => unknown): grpc.handleUnaryCall<Request, unknown> {
  return async (call, callback) => {
    try {
      callback(null, await handle(call.request));
    } catch (error) {
      callback(error as Error);
    }
  };
}

function plain(struct: Struct | undefined): Record<string, unknown> {
  return decode(struct?.toJavaScript() ?? {}) as Record<string, unknown>;
}
