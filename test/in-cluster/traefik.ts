/** Traefik in the cluster: how it is installed and reached, and what its own API says of the routes it was given. */
import { stripVTControlCharacters } from 'node:util';
import type { Address } from '../conformance/target';
import { until } from '../support/api-server';
import type { KubernetesObject } from '../support/synthesise';
import type { TraefikRouter } from '../support/traefik';
import { apply, kubectl, kubectlJson, rolledOut } from './kubectl';
import { makeNamespace, removeNamespaces } from './namespaces';
import { TRAEFIK_API_PORT, TRAEFIK_LABELS, TRAEFIK_NAMESPACE, traefikObjects } from './traefik-objects';

const DEPLOYMENT = `deployment/${TRAEFIK_NAMESPACE}`;
const SELECTOR = Object.entries(TRAEFIK_LABELS)
  .map((pair) => pair.join('='))
  .join(',');

/** Installs it where nothing is left of an earlier run; its CRDs come from the folder `CRDS`, or are there. Waits until it runs. */
export async function installTraefik(): Promise<void> {
  const folder = process.env.CRDS;
  if (folder !== undefined) await kubectl(['apply', '--server-side', '--filename', folder]);
  await removeNamespaces({ wait: true });
  await makeNamespace(TRAEFIK_NAMESPACE);
  await changeTraefik([]);
}

/** Gives it flags beside those that it has by default. */
export async function changeTraefik(flags: readonly string[]): Promise<void> {
  await apply(TRAEFIK_NAMESPACE, traefikObjects(process.env.TRAEFIK_IMAGE ?? 'traefik:v3.7', flags));
  await replaced();
}

/** Takes away what the installation has put into the cluster, but for the CRDs; the next run waits until it is gone. */
export async function uninstallTraefik(): Promise<void> {
  await removeNamespaces({ wait: false });
  await kubectl(['delete', 'clusterrole,clusterrolebinding', TRAEFIK_NAMESPACE, '--ignore-not-found']);
}

/** Waits until the new pod serves and the one before it is gone. */
async function replaced(): Promise<void> {
  await rolledOut(TRAEFIK_NAMESPACE, DEPLOYMENT);
  await until(async () => (await podsOfTraefik([])).length === 1, 1_800);
}

interface Service {
  readonly spec: { readonly ports: readonly { readonly name: string; readonly nodePort: number }[] };
  readonly status: { readonly loadBalancer: { readonly ingress?: readonly Ingress[] } };
}

interface Ingress {
  readonly ip?: string;
  readonly hostname?: string;
}

/**
 * Where clients connect for HTTPS: what `CLUSTER_ADDRESS` says (`host` for the port of the nodes, `host:port`), else the
 * load balancer that the cluster has given, else the port at a node.
 */
export async function addressOfTraefik(): Promise<Address> {
  const args = ['get', 'service', TRAEFIK_NAMESPACE, '--namespace', TRAEFIK_NAMESPACE];
  const { spec, status } = await kubectlJson<Service>(args);
  const nodePort = spec.ports.find(({ name }) => name === 'websecure')?.nodePort ?? 0;
  const named = /^(?<host>.+?)(?::(?<port>\d+))?$/.exec(process.env.CLUSTER_ADDRESS ?? '')?.groups;
  if (named !== undefined) return { host: named.host ?? '', port: Number(named.port ?? nodePort) };
  const [balancer] = status.loadBalancer.ingress ?? [];
  const balanced = balancer?.ip ?? balancer?.hostname;
  if (balanced !== undefined) return { host: balanced, port: 443 };
  const path = '{.items[0].status.addresses[?(@.type=="InternalIP")].address}';
  return { host: (await kubectl(['get', 'nodes', '--output', `jsonpath=${path}`])).trim(), port: nodePort };
}

/** Names of its pods, the newest last. */
async function podsOfTraefik(options: readonly string[]): Promise<readonly string[]> {
  const args = ['get', 'pods', '--namespace', TRAEFIK_NAMESPACE, '--selector', SELECTOR, '--output', 'name'];
  const names = await kubectl([...args, '--sort-by', '.metadata.creationTimestamp', ...options]);
  return names.trim().split('\n');
}

async function podOfTraefik(): Promise<string> {
  const running = await podsOfTraefik(['--field-selector', 'status.phase=Running']);
  return running.at(-1)?.replace('pod/', '') ?? '';
}

/** Asks its API, by way of the API server. */
async function ask<T>(path: string): Promise<T> {
  const pod = `${await podOfTraefik()}:${TRAEFIK_API_PORT}`;
  const url = `/api/v1/namespaces/${TRAEFIK_NAMESPACE}/pods/${pod}/proxy/api/${path}`;
  return JSON.parse(await kubectl(['get', '--raw', url])) as T;
}

/** For the report. */
export async function versionOfTraefik(): Promise<string> {
  return `Traefik ${(await ask<{ Version: string }>('version')).Version}`;
}

/** Traefik takes a change two seconds after the one before; what is wrong for longer stays wrong. Unit: milliseconds. */
const SETTLED_MILLISECONDS = 5_000;
/** Unit: milliseconds. */
const PATIENCE_MILLISECONDS = 30_000;

/**
 * Waits until it serves every route of the objects.
 * @param patienceMilliseconds how long a route may be missing
 * @throws Error in Traefik's own words when it refuses one
 */
export async function untilRouted(
  namespace: string,
  objects: readonly KubernetesObject[],
  patienceMilliseconds = PATIENCE_MILLISECONDS,
): Promise<void> {
  const begin = Date.now();
  for (;;) {
    const routers = await ask<readonly TraefikRouter[]>('http/routers?per_page=10000').catch(() => []);
    const { missing, refused } = compare(namespace, objects, routers);
    if (missing.length === 0 && refused.length === 0) return;
    const passed = Date.now() - begin;
    if (refused.length > 0 && passed > SETTLED_MILLISECONDS) {
      throw new Error(`Traefik refuses what it was given:\n${refused.join('\n')}`);
    }
    if (passed > patienceMilliseconds) {
      throw new Error(`Traefik has no route for ${missing.join(', ')}:\n${await complaints(namespace)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** A router is called after namespace and IngressRoute, and twenty digits for its rule (Traefik v3.7.9). */
function compare(
  namespace: string,
  objects: readonly KubernetesObject[],
  routers: readonly TraefikRouter[],
): { readonly missing: readonly string[]; readonly refused: readonly string[] } {
  const missing: string[] = [];
  const refused: string[] = [];
  for (const { kind, metadata, spec } of objects) {
    if (kind !== 'IngressRoute') continue;
    const name = new RegExp(`^${namespace}-${metadata.name}-[0-9a-f]{20}@kubernetescrd$`);
    const own = routers.filter((router) => name.test(router.name));
    const { routes } = spec as { readonly routes: readonly unknown[] };
    if (own.length < routes.length) missing.push(metadata.name);
    for (const { status, error = [] } of own) {
      if (status !== 'enabled') refused.push(`${metadata.name} is ${status}: ${error.join('; ')}`);
    }
  }
  return { missing, refused };
}

/** What its log says of a namespace: objects that it cannot translate at all never come to its API. */
async function complaints(namespace: string): Promise<string> {
  const args = ['logs', await podOfTraefik(), '--namespace', TRAEFIK_NAMESPACE, '--since', '3m'];
  // It is in colour, whoever reads it.
  const lines = stripVTControlCharacters(await kubectl(args)).split('\n');
  const own = lines.filter((line) => / ERR /.test(line) && line.includes(namespace));
  // It says the same at every change; a line begins with the time.
  const distinct = new Set(own.map((line) => line.replace(/^\S+ /, '')));
  return [...distinct].slice(-10).join('\n') || 'its log says nothing of it';
}
