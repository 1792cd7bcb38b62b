/**
 * The gateway behind a real Traefik, which watches a real API server that holds the synthesised manifests as they are. No
 * pods run there: the router is a process of its own, and its Service's endpoint is a name that leads to the loopback.
 */
import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import type { RunningPod } from '../../../examples/quickstart/kubelet';
import { DECISION_PORT } from '../../../src/names';
import {
  type ApiServer,
  apply,
  collectionOf,
  programOf,
  startApiServer,
  until,
} from '../../support/api-server';
import { createCertificate } from '../../support/certificate';
import { installCrds, readCrds } from '../../support/crds';
import { startRelay } from '../../support/relay';
import type { KubernetesObject } from '../../support/synthesise';
import { startTraefik, type Traefik, untilBuilt } from '../../support/traefik';
import { type Feature, THROUGH_ROUTER } from '../features';
import {
  BACKEND_PORT,
  BASE_PATH,
  backendServices,
  HOST,
  NAMESPACE,
  platformViaTraefik,
  platformWith,
  TLS_SECRET,
  UNREACHABLE,
} from '../platform/platform';
import type { Replica, Target } from '../target';
import { type LocalPlatform, startLocalPlatform } from './local-platform';
import { targetOf } from './router-target';

/** Where the programs and the CRDs are. */
export interface TraefikPrograms {
  readonly traefik: string;
  readonly apiServer: string;
  readonly etcd: string;
  /** Folder with Traefik's CRDs. */
  readonly crds: string;
}

const VIA_EDGE: readonly Feature[] = [
  'tls',
  'http2',
  'host-in-any-case',
  'large-headers',
  'issuer-control',
  'store-control',
  'time-control',
  'replica-control',
];
/** Where the router sees answers and their ends. */
const VIA_ROUTER: readonly Feature[] = [...VIA_EDGE, ...THROUGH_ROUTER];

/** Names for endpoints; Traefik takes a name once, whatever the port. */
const ROUTER_NAME = 'router.conformance.test';
const REPLICA_NAME = 'replica.conformance.test';
const BACKEND_NAME = 'backend.conformance.test';

/** The programs that the environment names; `undefined` where one is missing. */
export function traefikPrograms(): TraefikPrograms | undefined {
  const traefik = programOf('TRAEFIK_BIN', 'traefik');
  const apiServer = programOf('KUBE_APISERVER_BIN', 'kube-apiserver');
  const etcd = programOf('ETCD_BIN', 'etcd');
  const crds = process.env.CRDS;
  return traefik === undefined || apiServer === undefined || etcd === undefined || crds === undefined
    ? undefined
    : { traefik, apiServer, etcd, crds };
}

/** What is not as usual. */
export interface TraefikTargetOptions {
  /** What every service goes through that can; by default the router. */
  readonly via?: 'edge';
  /** TLS from Traefik to the router, by Secrets with these data; by default plain HTTP. */
  readonly routerTls?: { readonly server: SecretData; readonly client: SecretData };
}

type SecretData = Readonly<Record<string, string>>;

/** The router's name in the cluster, for its certificate. */
export const ROUTER_HOST = `conformance-router.${NAMESPACE}.svc`;

const ROUTER_TLS = { serverSecretName: 'router-tls', clientSecretName: 'traefik-to-router-tls' };

/** Starts everything, and returns once Traefik serves the gateway's routes. */
export async function startTraefikTarget(
  programs: TraefikPrograms,
  { via, routerTls }: TraefikTargetOptions = {},
): Promise<Target> {
  const stops: (() => unknown)[] = [];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    const edge = { traefik: routerTls === undefined ? {} : { routerTls: ROUTER_TLS } };
    const props = via === 'edge' ? platformViaTraefik(edge) : platformWith(edge);
    const platform = await startLocalPlatform(
      props,
      'redis',
      routerTls === undefined ? {} : { [ROUTER_TLS.serverSecretName]: routerTls.server },
    );
    stops.push(platform.stop);
    const pod = await platform.startRouter();
    stops.push(pod.stop);
    const server = await startApiServer(programs);
    stops.push(server.stop);
    const { certificate, key } = createCertificate(HOST);
    await installCrds(server, readCrds(programs.crds).filter(isOfTraefik));
    const endpoints = [endpointOf(platform.objects, ROUTER_NAME, pod.port), ...backendObjects(platform)];
    const secrets = [
      tlsSecret(TLS_SECRET, { 'tls.crt': certificate, 'tls.key': key }),
      ...(routerTls === undefined ? [] : [tlsSecret(ROUTER_TLS.clientSecretName, routerTls.client)]),
    ];
    await applyAll(server, [...secrets, ...platform.objects, ...endpoints]);
    const decisions = await relayDecisions(platform, pod);
    if (decisions !== undefined) stops.push(decisions.close);
    const traefik = await startTraefik(programs.traefik, server, {
      entryPoints: ['web', 'websecure'],
      localNames: {
        ...decisions?.names,
        ...Object.fromEntries(
          [ROUTER_NAME, REPLICA_NAME, BACKEND_NAME].map((name) => [name, '127.0.0.1'] as const),
        ),
      },
    });
    stops.push(traefik.stop);
    await untilRouted(traefik, platform);
    return {
      baseUrl: new URL(`https://${HOST}${BASE_PATH}`),
      address: { host: '127.0.0.1', port: traefik.ports.websecure ?? 0 },
      certificate,
      features: new Set(via === 'edge' ? VIA_EDGE : VIA_ROUTER),
      issuer: platform.issuer,
      apiKeys: platform.apiKeys,
      controls: {
        ...platform.controls,
        replicas: { start: () => startReplica(platform, server, traefik) },
      },
      versions: [versionOf(programs.traefik), `Node.js ${process.versions.node}`],
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * The router's Service, by the name that Traefik asks it under: on an address of the loopback of its own, as the port is that
 * of the Service.
 */
async function relayDecisions({ objects }: LocalPlatform, { decisionPort }: RunningPod) {
  if (decisionPort === undefined) return undefined;
  const host = `127.${[randomInt(1, 255), randomInt(1, 255), randomInt(1, 255)].join('.')}`;
  const relay = await startRelay(decisionPort, { host, port: DECISION_PORT });
  const names = { [`${routerServiceOf(objects).metadata.name}.${NAMESPACE}.svc`]: host };
  return { names, close: () => relay.close() };
}

/** Every backend's Service, and what the endpoint controller would make of it. */
function backendObjects({ backendPort }: LocalPlatform): readonly KubernetesObject[] {
  return [...backendServices(), UNREACHABLE].flatMap((name) => {
    const port = name === UNREACHABLE ? 1 : backendPort;
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { ports: [{ port: BACKEND_PORT, name: 'http' }] },
    };
    return [service, sliceOf(service, BACKEND_NAME, port)];
  });
}

/** Waits until Traefik has taken every route of the manifests. */
async function untilRouted(traefik: Traefik, { objects }: LocalPlatform): Promise<void> {
  const routes = objects
    .filter(({ kind }) => kind === 'IngressRoute')
    .flatMap(({ spec }) => (spec as { routes: readonly unknown[] }).routes);
  await untilBuilt(traefik, routes.length);
}

/** A second router, and a second slice of endpoints with it. */
async function startReplica(platform: LocalPlatform, server: ApiServer, traefik: Traefik): Promise<Replica> {
  const pod = await platform.startRouter();
  const slice = endpointOf(platform.objects, REPLICA_NAME, pod.port);
  const known = (expected: boolean) =>
    until(async () => (await traefik.servers()).some((url) => url.endsWith(`:${pod.port}`)) === expected);
  const leave = async () => {
    await server.call('DELETE', `${await collectionOf(server, slice, NAMESPACE)}/${slice.metadata.name}`);
    await known(false);
  };
  const stop = async () => {
    // A router that stays known to Traefik must be ended all the same.
    await leave().catch(() => undefined);
    return pod.stop();
  };
  try {
    await apply(server, slice, NAMESPACE);
    await known(true);
  } catch (error) {
    await stop();
    throw error;
  }
  const kill = () => pod.stop('SIGKILL');
  return { target: targetOf(platform, pod, new Set(['replica-control'])), stop, kill };
}

function isOfTraefik({ spec }: KubernetesObject): boolean {
  return (spec as { group: string }).group === 'traefik.io';
}

async function applyAll(server: ApiServer, objects: readonly KubernetesObject[]): Promise<void> {
  await apply(server, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  for (const object of objects) {
    const { status, body } = await apply(server, object, NAMESPACE);
    if (status >= 300) throw new Error(`${object.kind} ${object.metadata.name}: ${body.message}`);
  }
}

function tlsSecret(name: string, stringData: SecretData): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, type: 'kubernetes.io/tls', stringData };
}

/** What the endpoint controller would make of the router's Service and its pod. */
function endpointOf(objects: readonly KubernetesObject[], host: string, port: number): KubernetesObject {
  return sliceOf(routerServiceOf(objects), host, port);
}

function routerServiceOf(objects: readonly KubernetesObject[]): KubernetesObject {
  const found = objects.find(({ kind, metadata }) => kind === 'Service' && metadata.name.endsWith('-router'));
  if (found === undefined) throw new Error('there is no Service of the router');
  return found;
}

/** An endpoint at the first port of a Service. */
function sliceOf(service: KubernetesObject, host: string, port: number): KubernetesObject {
  const { ports = [] } = service.spec as { ports?: readonly { name?: string }[] };
  const { name } = service.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-${port}`, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'FQDN',
    ports: [{ name: ports[0]?.name ?? '', port, protocol: 'TCP' }],
    endpoints: [{ addresses: [host] }],
  };
}

function versionOf(program: string): string {
  const [, version = 'of an unknown version'] =
    /^Version:\s*(\S+)/m.exec(execFileSync(program, ['version']).toString()) ?? [];
  return `Traefik ${version}`;
}
