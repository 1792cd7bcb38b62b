/**
 * A recording engine: the gRPC services that Pulumi's SDK talks to, which answer as the real engine does and keep every
 * request. Unknown and secret values stand in a request as they do in the real one. It makes nothing in any cluster.
 */
import {
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import { Struct } from 'google-protobuf/google/protobuf/struct_pb';

const resources = require('@pulumi/pulumi/proto/resource_grpc_pb');
const engines = require('@pulumi/pulumi/proto/engine_grpc_pb');
const resource = require('@pulumi/pulumi/proto/resource_pb');
const engine = require('@pulumi/pulumi/proto/engine_pb');

/** One RegisterResource. */
export interface Registration {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly parent: string;
  readonly custom: boolean;
  /** What the resource was registered with; secrets and unknowns as `secret` and `UNKNOWN` write them. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly dependencies: readonly string[];
  /** URN and id of the provider; empty for the default one. */
  readonly provider: string;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** URN; empty for none. */
  readonly deletedWith: string;
  readonly aliases: readonly unknown[];
  readonly ignoreChanges: readonly string[];
  /** Absent where the provider decides. */
  readonly deleteBeforeReplace?: boolean;
  readonly createTimeout: string;
  readonly transforms: number;
}

/** What was recorded. */
export interface Recording {
  readonly registrations: readonly Registration[];
  /** By URN. */
  readonly outputs: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** Messages of at least the severity of a warning. */
  readonly log: readonly string[];
}

/** An engine that listens. */
export interface PulumiEngine {
  readonly address: string;
  readonly recording: Recording;
  close(): void;
}

/** How Pulumi's SDK writes a value that is not known in a preview. */
export const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

const SIGNATURE = '4dabf18193072939515e22adb298388d';

/** How it writes a secret. */
export const secret = (value: unknown) => ({ [SIGNATURE]: '1b47061264138c4ac30d75fd1eb44270', value });

/** Whether a value is written as a secret. */
export const isSecret = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && SIGNATURE in value;

/** Children of a gateway, by their names. */
export function childrenOf({ registrations }: Recording, gateway: string): readonly Registration[] {
  return registrations.filter(({ parent }) => parent.endsWith(`:AgentGateway::${gateway}`));
}

/** Inputs with the values of secrets in the place of secrets. */
export function revealed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== 'object' || value === null) return value;
  if (isSecret(value)) return revealed((value as { readonly value?: unknown }).value);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, revealed(member)]));
}

const FEATURES = ['secrets', 'resourceReferences', 'outputValues', 'aliasSpecs', 'deletedWith', 'transforms'];
const WARNING = 2;

/** Starts an engine on a free port of the loopback interface. */
export async function startPulumiEngine({ preview }: { readonly preview: boolean }): Promise<PulumiEngine> {
  const registrations: Registration[] = [];
  const outputs = new Map<string, Readonly<Record<string, unknown>>>();
  const log: string[] = [];

  const server = new Server();
  add(server, resources.ResourceMonitorService, {
    supportsFeature: answer((request) =>
      new resource.SupportsFeatureResponse().setHassupport(FEATURES.includes(request.getId())),
    ),
    registerResource: answer((request) => {
      const registration = readRegistration(request);
      registrations.push(registration);
      return new resource.RegisterResourceResponse()
        .setUrn(registration.urn)
        .setId(preview || !registration.custom ? '' : `${registration.name}-id`)
        .setObject(named(request));
    }),
    registerResourceOutputs: answer((request) => {
      outputs.set(request.getUrn(), request.getOutputs()?.toJavaScript() ?? {});
      return new Empty();
    }),
  });
  add(server, engines.EngineService, {
    log: answer((request) => {
      if (request.getSeverity() >= WARNING) log.push(request.getMessage());
      return new Empty();
    }),
    getRootResource: answer(() => new engine.GetRootResourceResponse()),
    setRootResource: answer(() => new engine.SetRootResourceResponse()),
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  return {
    address: `127.0.0.1:${port}`,
    recording: { registrations, outputs, log },
    close: () => server.forceShutdown(),
  };
}

/** A message of the stubs, whose types do not know the getters that protoc wrote. */
type Message = ReturnType<typeof require>;

function readRegistration(request: Message): Registration {
  const parentType = (request.getParent() as string).split('::')[2];
  const isRoot = parentType === undefined || parentType === 'pulumi:pulumi:Stack';
  const type = isRoot ? request.getType() : `${parentType}$${request.getType()}`;
  return {
    urn: `urn:pulumi:test::project::${type}::${request.getName()}`,
    type: request.getType(),
    name: request.getName(),
    parent: request.getParent(),
    custom: request.getCustom(),
    inputs: request.getObject().toJavaScript(),
    dependencies: request.getDependenciesList(),
    provider: request.getProvider(),
    protect: request.getProtect(),
    retainOnDelete: request.getRetainondelete(),
    deletedWith: request.getDeletedwith(),
    aliases: request.getAliasesList().map((alias: { toObject(): unknown }) => alias.toObject()),
    ignoreChanges: request.getIgnorechangesList(),
    ...(request.getDeletebeforereplacedefined()
      ? { deleteBeforeReplace: request.getDeletebeforereplace() }
      : {}),
    createTimeout: request.getCustomtimeouts()?.getCreate() ?? '',
    transforms: request.getTransformsList().length,
  };
}

/** What Kubernetes' provider makes of an object without a name: one that begins with the resource's, known in previews too. */
function named(request: Message): Message {
  const object = request.getObject();
  const inputs = object.toJavaScript();
  if (!request.getCustom() || inputs.metadata?.name !== undefined || inputs.kind === undefined) return object;
  return Struct.fromJavaScript({
    ...inputs,
    metadata: { ...inputs.metadata, name: `${request.getName()}-1a2b3c4d` },
  });
}

function answer(respond: (request: Message) => unknown) {
  return (call: { request: Message }, callback: (error: unknown, response?: unknown) => void) => {
    try {
      callback(null, respond(call.request));
    } catch (error) {
      callback(error);
    }
  };
}

function add(server: Server, service: ServiceDefinition, methods: Readonly<Record<string, unknown>>): void {
  server.addService(service, methods as UntypedServiceImplementation);
}
