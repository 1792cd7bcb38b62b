/**
 * The gateway behind a real Traefik, which watches a real API server that holds the synthesised manifests as they are. No
 * pods run there: the router is a process of its own, and its Service's endpoint is a name that leads to the loopback.
 */
import { execFileSync } from 'node:child_process';
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
import type { KubernetesObject } from '../../support/synthesise';
import { startTraefik, type Traefik } from '../../support/traefik';
import type { Feature } from '../features';
import { BASE_PATH, HOST, NAMESPACE, platformWith, TLS_SECRET } from '../platform/platform';
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

const FEATURES: readonly Feature[] = [
  'tls',
  'http2',
  'host-in-any-case',
  'large-headers',
  'issuer-control',
  'store-control',
  'time-control',
  'replica-control',
];

/** Names for the endpoints of the router and of a replica; Traefik takes a name once, whatever the port. */
const ROUTER_NAME = 'router.conformance.test';
const REPLICA_NAME = 'replica.conformance.test';

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

/** Starts everything, and returns once Traefik serves the gateway's routes. */
export async function startTraefikTarget(programs: TraefikPrograms): Promise<Target> {
  const stops: (() => unknown)[] = [];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    const platform = await startLocalPlatform(platformWith({ traefik: {} }), 'redis');
    stops.push(platform.stop);
    const pod = await platform.startRouter();
    stops.push(pod.stop);
    const server = await startApiServer(programs);
    stops.push(server.stop);
    const { certificate, key } = createCertificate(HOST);
    await installCrds(server, readCrds(programs.crds).filter(isOfTraefik));
    const endpoint = endpointOf(platform.objects, ROUTER_NAME, pod.port);
    await applyAll(server, [...platform.objects, tlsSecret(certificate, key), endpoint]);
    const traefik = await startTraefik(programs.traefik, server, {
      entryPoints: ['web', 'websecure'],
      localNames: [ROUTER_NAME, REPLICA_NAME],
    });
    stops.push(traefik.stop);
    await untilRouted(traefik, platform);
    return {
      baseUrl: new URL(`https://${HOST}${BASE_PATH}`),
      address: { host: '127.0.0.1', port: traefik.ports.websecure ?? 0 },
      certificate,
      features: new Set(FEATURES),
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

/** Waits until Traefik has taken every route of the manifests. */
function untilRouted(traefik: Traefik, { objects }: LocalPlatform): Promise<void> {
  const routes = objects.filter(({ kind }) => kind === 'IngressRoute').length;
  return until(async () => {
    const routers = (await traefik.routers()).filter(({ name }) => name.endsWith('@kubernetescrd'));
    return routers.length === routes && routers.every(({ status }) => status === 'enabled');
  });
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
  return { target: targetOf(platform, pod, new Set(['replica-control'])), stop };
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

function tlsSecret(certificate: string, key: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: TLS_SECRET },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': certificate, 'tls.key': key },
  };
}

/** What the endpoint controller would make of the router's Service and its pod. */
function endpointOf(objects: readonly KubernetesObject[], host: string, port: number): KubernetesObject {
  const service = objects.find(
    ({ kind, metadata }) => kind === 'Service' && metadata.name.endsWith('-router'),
  );
  const { ports = [] } = (service?.spec ?? {}) as { ports?: readonly { name?: string }[] };
  const name = service?.metadata.name ?? '';
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
