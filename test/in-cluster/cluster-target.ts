/**
 * The gateway in a cluster, behind a Traefik in a namespace of its own: the synthesised manifests as they are, in a
 * namespace that enforces the restricted Pod Security Standard, backends and issuer as pods.
 */

import type { AgentGatewayProps } from 'cdk8s-agent-gateway';
import Redis from 'ioredis';
import { limitKeyOf } from '../../src/router/identity/credentials';
import { send } from '../conformance/client';
import { createSigningKey, issuerWith, TOKENS } from '../conformance/issuer';
import { apiKeysFile, createApiKeys } from '../conformance/platform/api-keys';
import { BASE_PATH, HOST, platformWith } from '../conformance/platform/platform';
import type { Controls, Target } from '../conformance/target';
import { until } from '../support/api-server';
import { type Certificate, createCertificate } from '../support/certificate';
import { moveBack } from '../support/limit-stores';
import { type KubernetesObject, synthesise } from '../support/synthesise';
import { apply, kubectl, portForward, rolledOut } from './kubectl';
import { backendObjects, secretObjects } from './platform-objects';
import { TRAEFIK_NAMESPACE, traefikObjects } from './traefik-objects';

/** Namespace of gateway and backends. */
export const NAMESPACE = 'agent-gateway-conformance';

/** A gateway in a cluster. */
export interface ClusterTarget extends Target {
  readonly certificate: string;
  /** Applies the gateway with other props, and waits until it runs. */
  change(props: Partial<AgentGatewayProps>): Promise<void>;
  /** Puts another certificate into the Secret; clients must trust it from then on. */
  replaceCertificate(certificate: Certificate): Promise<void>;
}

/** @param props laid over those of the suite's platform */
export async function startClusterTarget(props: Partial<AgentGatewayProps> = {}): Promise<ClusterTarget> {
  const key = await createSigningKey('one');
  const apiKeys = createApiKeys();
  const certificate = createCertificate(HOST);
  await installCrds();
  await makeNamespaces();
  await apply(TRAEFIK_NAMESPACE, traefikObjects(process.env.TRAEFIK_IMAGE ?? 'traefik:v3.7'));
  const jwks = JSON.stringify({ keys: [key.publicJwk] });
  await apply(NAMESPACE, [...backendObjects(jwks), ...secretObjects(apiKeysFile(apiKeys), certificate)]);
  await applyGateway(props);
  await Promise.all([
    rolledOut(TRAEFIK_NAMESPACE, 'deployment'),
    rolledOut(NAMESPACE, 'deployment'),
    rolledOut(NAMESPACE, 'statefulset'),
  ]);
  const { host, ports } = await addressesOfTraefik();
  const redis = await portForward(NAMESPACE, 'statefulset/conformance-redis', 6379);
  const target: ClusterTarget = {
    baseUrl: new URL(`https://${HOST}${BASE_PATH}`),
    address: { host, port: ports.websecure ?? 0 },
    certificate: certificate.certificate,
    features: new Set([
      'tls',
      'http2',
      'concurrency',
      'answer-facts',
      'own-failures',
      'hop-headers',
      'time-control',
    ]),
    issuer: issuerWith(() => key),
    apiKeys,
    controls: controls(redis.port),
    versions: [await versionOfKubernetes(), await versionOfTraefik(host, ports.api ?? 0)],
    change: applyGateway,
    replaceCertificate: (other) => apply(NAMESPACE, secretObjects(apiKeysFile(apiKeys), other)),
    async stop() {
      redis.close();
      await removeNamespaces();
    },
  };
  // Traefik needs a moment from the last ready pod to the route.
  await until(async () => (await send(target, '/v2/plain', {})).status === 401);
  return target;
}

async function applyGateway(props: Partial<AgentGatewayProps>): Promise<void> {
  const edge = { traefik: { namespace: TRAEFIK_NAMESPACE } };
  const objects = synthesise({ ...platformWith(edge), ...props }, NAMESPACE);
  await apply(NAMESPACE, objects);
  for (const { metadata } of objects.filter(({ kind }) => kind === 'Deployment')) {
    await rolledOut(NAMESPACE, `deployment/${metadata.name}`);
  }
}

/** From the folder `CRDS`; a cluster that has Traefik's already needs none. */
async function installCrds(): Promise<void> {
  const folder = process.env.CRDS;
  if (folder !== undefined) await kubectl(['apply', '--server-side', '--filename', folder]);
}

async function makeNamespaces(): Promise<void> {
  await removeNamespaces();
  const namespace = (name: string, level: string): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': level } },
  });
  const both = [namespace(NAMESPACE, 'restricted'), namespace(TRAEFIK_NAMESPACE, 'restricted')];
  await kubectl(
    ['apply', '--filename', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: both }),
  );
}

async function removeNamespaces(): Promise<void> {
  const names = [NAMESPACE, TRAEFIK_NAMESPACE];
  await kubectl(['delete', 'namespace', ...names, '--ignore-not-found', '--timeout', '120s']);
}

/** A node's address and Traefik's ports there; `CLUSTER_ADDRESS` names another address that leads to the node. */
async function addressesOfTraefik(): Promise<{ host: string; ports: Readonly<Record<string, number>> }> {
  const service = JSON.parse(
    await kubectl([
      'get',
      'service',
      TRAEFIK_NAMESPACE,
      '--namespace',
      TRAEFIK_NAMESPACE,
      '--output',
      'json',
    ]),
  ) as { spec: { ports: { name: string; nodePort: number }[] } };
  const ports = Object.fromEntries(service.spec.ports.map(({ name, nodePort }) => [name, nodePort]));
  const path = '{.items[0].status.addresses[?(@.type=="InternalIP")].address}';
  const address = await kubectl(['get', 'nodes', '--output', `jsonpath=${path}`]);
  return { host: process.env.CLUSTER_ADDRESS ?? address.trim(), ports };
}

function controls(redisPort: number): Controls {
  const pass = async (subject: string, seconds: number) => {
    const client = new Redis(redisPort, '127.0.0.1');
    await moveBack(client, `agw:{${limitKeyOf(TOKENS.issuer, undefined, subject)}}:`, seconds * 1000);
    client.disconnect();
  };
  return { time: { pass } };
}

async function versionOfKubernetes(): Promise<string> {
  const { serverVersion } = JSON.parse(await kubectl(['version', '--output', 'json'])) as {
    serverVersion: { gitVersion: string };
  };
  return `Kubernetes ${serverVersion.gitVersion.replace(/^v/, '')}`;
}

async function versionOfTraefik(host: string, port: number): Promise<string> {
  const answer = await fetch(`http://${host}:${port}/api/version`);
  const { Version } = (await answer.json()) as { Version: string };
  return `Traefik ${Version}`;
}
