/**
 * A gateway in a cluster, behind a Traefik in a namespace of its own: the synthesised manifests as they are, in a
 * namespace that enforces the restricted Pod Security Standard, backends and issuer as pods.
 */
import { connect } from 'node:tls';
import type { AgentGatewayProps } from 'cdk8s-agent-gateway';
import { DEFAULTS } from '../../src/model/defaults';
import { send } from '../conformance/client';
import { type Feature, THROUGH_ROUTER } from '../conformance/features';
import { createSigningKey } from '../conformance/issuer';
import { createApiKeys, secretData } from '../conformance/platform/api-keys';
import { BASE_PATH, HOST, NODE_IMAGE, platformWith } from '../conformance/platform/platform';
import type { Target } from '../conformance/target';
import { until } from '../support/api-server';
import { type Certificate, createCertificate } from '../support/certificate';
import { type KubernetesObject, synthesise } from '../support/synthesise';
import { remoteIssuer, storeControls } from './controls';
import { apply, kubectlJson, portForward, rolledOut } from './kubectl';
import { makeNamespace, removeNamespace } from './namespaces';
import { backendObjects, secretObjects } from './platform-objects';
import { addressOfTraefik, untilRouted, versionOfTraefik } from './traefik';
import { TRAEFIK_NAMESPACE } from './traefik-objects';

/** What is not usual of a gateway; the rest is the platform of the suite. */
export interface Configuration {
  /** In words, for the report. */
  readonly name: string;
  /** Default: the platform as it is. */
  gateway?(platform: AgentGatewayProps): AgentGatewayProps;
  /** Other gateways in the same namespace. */
  readonly beside?: readonly AgentGatewayProps[];
  /** Secrets and the like that its props name. */
  objects?(namespace: string): readonly KubernetesObject[];
}

/** A gateway in a cluster. */
export interface ClusterTarget extends Target {
  readonly certificate: string;
  readonly namespace: string;
  /** Applies a gateway with other props, and waits until it runs and Traefik has its routes. */
  change(gateway: AgentGatewayProps): Promise<void>;
  /** Puts another certificate into the Secret, and waits until clients see it. */
  replaceCertificate(certificate: Certificate): Promise<void>;
}

/** The platform of the suite, behind the Traefik that is installed here; routers of several fit a node of two cores. */
export const PLATFORM: AgentGatewayProps = {
  ...platformWith({ traefik: { namespace: TRAEFIK_NAMESPACE } }),
  router: { nodeImage: NODE_IMAGE, resources: { cpuMillicores: 50 } },
};

/** The pods of a gateway, to which nothing leads yet. */
export interface ClosedTarget {
  /** Applies the manifests with their routes; returns once clients reach the gateway. */
  open(): Promise<ClusterTarget>;
}

/** Needs a Traefik that is installed; returns once clients reach the gateway. */
export async function startClusterTarget(configuration: Configuration): Promise<ClusterTarget> {
  return (await prepareClusterTarget(configuration)).open();
}

/** Brings up all but the routes, which of gateways on the same host only one may have at a time. */
export async function prepareClusterTarget(configuration: Configuration): Promise<ClosedTarget> {
  const namespace = `agent-gateway-${configuration.name.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()}`;
  const orElseRemove = async <T>(run: Promise<T>) => {
    try {
      return await run;
    } catch (error) {
      await removeNamespace(namespace);
      throw error;
    }
  };
  await makeNamespace(namespace);
  const open = await orElseRemove(fill(namespace, configuration));
  return { open: () => orElseRemove(open()) };
}

async function fill(namespace: string, configuration: Configuration): Promise<() => Promise<ClusterTarget>> {
  const { gateway = (platform) => platform, beside = [], objects = () => [] } = configuration;
  const props = gateway(PLATFORM);
  const key = await createSigningKey('one');
  const remote = remoteIssuer(key);
  const apiKeys = createApiKeys();
  const data = secretData(apiKeys);
  let certificate = createCertificate(HOST);
  const jwks = JSON.stringify({ keys: [key.publicJwk] });
  const secrets = secretObjects(data, certificate);
  await apply(namespace, [...backendObjects(jwks), ...secrets, ...objects(namespace)]);
  await Promise.all([props, ...beside].map((one) => applyWorkloads(namespace, one)));
  const change = (changed: AgentGatewayProps) => applyGateway(namespace, changed);
  const redis = await portForward(namespace, `statefulset/${PLATFORM.name}-redis`, 6379);
  const target: ClusterTarget = {
    baseUrl: new URL(`https://${HOST}${BASE_PATH}`),
    address: await addressOfTraefik(),
    get certificate() {
      return certificate.certificate;
    },
    namespace,
    features: featuresOf(props),
    issuer: remote.issuer,
    apiKeys,
    controls: {
      ...storeControls(redis.port),
      issuer: remote.controlOver(() => target, routersOf(props)),
    },
    versions: [await versionOfTraefik(), await versionOfKubernetes()],
    change,
    async replaceCertificate(other) {
      await apply(namespace, secretObjects(data, other));
      await until(async () => (await servedCertificate(target)) === other.certificate);
      certificate = other;
    },
    async stop() {
      redis.close();
      await removeNamespace(namespace);
    },
  };
  return async () => {
    await Promise.all([props, ...beside].map(change));
    // Endpoints and certificates come to Traefik a moment after the routes.
    await until(async () => (await send(target, '/v2/plain', {})).status === 401);
    return target;
  };
}

/** Where Traefik sends requests on by itself, nobody sees their answers. */
function featuresOf({ services }: AgentGatewayProps): ReadonlySet<Feature> {
  const direct = Object.values(services).some(({ via }) => via === 'edge');
  return new Set([...OF_EVERY_GATEWAY, ...(direct ? [] : THROUGH_ROUTER)]);
}

const OF_EVERY_GATEWAY: readonly Feature[] = [
  'tls',
  'http2',
  'host-in-any-case',
  'large-headers',
  'time-control',
  'store-control',
  'issuer-control',
];

async function applyGateway(namespace: string, props: AgentGatewayProps): Promise<void> {
  const objects = synthesise(props, namespace);
  await apply(namespace, objects);
  await allRolledOut(namespace, objects);
  await untilRouted(namespace, objects);
}

/** The same without what Traefik reads. */
async function applyWorkloads(namespace: string, props: AgentGatewayProps): Promise<void> {
  const objects = synthesise(props, namespace).filter(
    ({ apiVersion }) => !apiVersion.startsWith('traefik.io/'),
  );
  await apply(namespace, objects);
  await allRolledOut(namespace, objects);
}

async function allRolledOut(namespace: string, objects: readonly KubernetesObject[]): Promise<void> {
  const workloads = objects.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet');
  for (const { kind, metadata } of workloads) {
    await rolledOut(namespace, `${kind.toLowerCase()}/${metadata.name}`);
  }
}

/** As many as the props say at least: nothing here makes them more. */
function routersOf({ router }: AgentGatewayProps): number {
  return router?.replicas?.min ?? DEFAULTS.router.replicas.min;
}

async function versionOfKubernetes(): Promise<string> {
  const { serverVersion } = await kubectlJson<{ serverVersion: { gitVersion: string } }>(['version']);
  return `Kubernetes ${serverVersion.gitVersion.replace(/^v/, '')}`;
}

/** The certificate that is shown to who asks for the host, as PEM. */
function servedCertificate({ address, baseUrl }: Target): Promise<string> {
  return new Promise((resolve, reject) => {
    const { host = '', port = 0 } = address ?? {};
    const options = { host, port, servername: baseUrl.hostname, rejectUnauthorized: false };
    const socket = connect(options, () => {
      resolve(socket.getPeerX509Certificate()?.toString() ?? '');
      socket.destroy();
    });
    socket.on('error', reject);
  });
}
