/**
 * The backend alone, one Traefik with a route straight to it, and the same Traefik with the gateway's own manifests, each at
 * a port of its own. Traefik reads both from a real API server, as in a cluster.
 */
import { traefikPrograms } from '../../test/conformance/targets/traefik-target';
import { type ApiServer, apply, startApiServer, until } from '../../test/support/api-server';
import { installCrds, readCrds } from '../../test/support/crds';
import { type KubernetesObject, synthesise } from '../../test/support/synthesise';
import { startTraefik, type Traefik } from '../../test/support/traefik';
import { HOST } from '../http/client';
import { gatewayProps, type Ports, startRouter } from '../http/contenders';
import { cpuOf, type Running } from '../http/processes';
import type { Scene } from '../http/scene';

/** Who is measured. */
export interface Contender {
  readonly name: string;
  readonly port: number;
  /** The same for streams. */
  readonly streamPort: number;
  readonly programs: readonly { readonly name: string; cpuMilliseconds(): number }[];
  /** By round and program. */
  readonly cpuMicroseconds: number[][];
  readonly perSecond: number[];
}

const NAMESPACE = 'bench';
const GATEWAY = 'gateway';
/** Entry point of the gateway. */
const WEB = 'web';
/** Entry point of the routes beside it. */
const STRAIGHT = 'straight';
/** One of the gateway, two beside it. */
const ROUTES = 3;
const EDGE = { traefik: { entryPoints: { http: WEB } } };
/** Traefik takes a name once, whatever the port. */
const nameOf = (service: string) => `${service}.bench.test`;

/** All of them, until they are stopped. */
export interface Contenders {
  readonly contenders: readonly Contender[];
  stop(): Promise<void>;
}

/** Starts a router, an API server and a Traefik; returns once Traefik has all routes. */
export async function startContenders(scene: Scene): Promise<Contenders> {
  const programs = traefikPrograms();
  if (programs === undefined) {
    throw new Error('TRAEFIK_BIN, KUBE_APISERVER_BIN, ETCD_BIN and CRDS are not all set');
  }
  const ports = await scene.ports();
  const router = scene.add(await startRouter(scene.directory, ports, { edge: EDGE }));
  const server = await startApiServer(programs);
  try {
    await fill(server, programs.crds, ports);
    const traefik = await startTraefik(programs.traefik, server, {
      entryPoints: [WEB, STRAIGHT],
      localNames: Object.fromEntries(
        ['router', 'agents', 'streams'].map((name) => [nameOf(name), '127.0.0.1']),
      ),
    });
    const stop = async () => {
      traefik.stop();
      await server.stop();
    };
    await until(async () => {
      const routers = (await traefik.routers()).filter(({ name }) => name.endsWith('@kubernetescrd'));
      return routers.length === ROUTES && routers.every(({ status }) => status === 'enabled');
    }).catch(async (error: unknown) => {
      await stop();
      throw error;
    });
    return { contenders: contendersOf(ports, traefik, router), stop };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

function contendersOf(ports: Ports, traefik: Traefik, router: Running): readonly Contender[] {
  const ofTraefik = { name: 'Traefik', cpuMilliseconds: () => cpuOf(traefik.pid) };
  const ofRouter = { name: 'router', cpuMilliseconds: () => router.cpuMilliseconds() };
  const contender = (
    name: string,
    port: number,
    programs: Contender['programs'],
    streamPort = port,
  ): Contender => ({ name, port, streamPort, programs, cpuMicroseconds: [], perSecond: [] });
  return [
    contender('backend alone', ports.backend, [], ports.streamBackend),
    contender('Traefik', traefik.ports[STRAIGHT] ?? 0, [ofTraefik]),
    contender('Traefik + router', traefik.ports[WEB] ?? 0, [ofTraefik, ofRouter]),
  ];
}

/** Gives the API server what Traefik reads in a cluster. */
async function fill(server: ApiServer, crds: string, ports: Ports): Promise<void> {
  const ofTraefik = readCrds(crds).filter(({ spec }) => (spec as { group: string }).group === 'traefik.io');
  await installCrds(server, ofTraefik);
  const gateway = synthesise({ ...gatewayProps(ports, EDGE), name: GATEWAY }, NAMESPACE);
  const objects = [
    ...gateway.filter(({ apiVersion }) => apiVersion.startsWith('traefik.io/')),
    ...serviceObjects(`${GATEWAY}-router`, 'router', 80, ports.proxy),
    ...serviceObjects('agents', 'agents', 8000, ports.backend),
    ...serviceObjects('streams', 'streams', 8000, ports.streamBackend),
    straightRoute(),
  ];
  await apply(server, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  for (const object of objects) {
    const { status, body } = await apply(server, object, NAMESPACE);
    if (status >= 300) throw new Error(`${object.kind} ${object.metadata.name}: ${body.message}`);
  }
}

/** A Service, and what the endpoint controller would make of it. */
function serviceObjects(name: string, host: string, port: number, listening: number): KubernetesObject[] {
  const endpoints = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'FQDN',
    ports: [{ name: 'http', port: listening, protocol: 'TCP' }],
    endpoints: [{ addresses: [nameOf(host)] }],
  };
  const spec = { ports: [{ name: 'http', port }] };
  return [{ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec }, endpoints];
}

/** What a user would write without a gateway, with the one setting that streams need. */
function straightRoute(): KubernetesObject {
  const route = (service: string) => ({
    kind: 'Rule',
    match: `Host(\`${HOST}\`) && PathPrefix(\`/${service}/\`)`,
    services: [{ name: service, port: 8000, responseForwarding: { flushInterval: '-1ms' } }],
  });
  return {
    apiVersion: 'traefik.io/v1alpha1',
    kind: 'IngressRoute',
    metadata: { name: STRAIGHT },
    spec: { entryPoints: [STRAIGHT], routes: [route('agents'), route('streams')] },
  };
}
