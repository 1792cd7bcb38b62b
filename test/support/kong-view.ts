/** What Kong is told, read back from each of the two forms that it is written in: a file, and objects for its controller. */
import { parse } from 'yaml';
import type { KubernetesObject } from './synthesise';

/** A route of Kong's with what is effective on it. */
export interface EffectiveRoute {
  readonly name: string;
  readonly hosts: readonly string[];
  /** As Kong has them: `/x` is the beginning of a text, `~/x` an expression anchored at its beginning. */
  readonly paths: readonly string[];
  readonly regexPriority: number;
  readonly protocols: readonly string[];
  readonly redirectStatus: number;
  readonly stripPath: boolean;
  readonly preserveHost: boolean;
  readonly buffering: { readonly request: boolean; readonly response: boolean };
  readonly plugins: Plugins;
  readonly service: {
    readonly host: string;
    readonly port: number;
    readonly path?: string;
    readonly retries: number;
    readonly timeouts: readonly number[];
  };
}

/** A caller whom Kong knows. */
export interface EffectiveConsumer {
  readonly username: string;
  /** What stands for its credential: a placeholder, the name of a Secret, or the issuer of tokens. */
  readonly credential: string;
  readonly groups: readonly string[];
  readonly plugins: Plugins;
}

/** Everything that one Kong is told of a gateway. */
export interface KongView {
  readonly routes: readonly EffectiveRoute[];
  readonly consumers: readonly EffectiveConsumer[];
}

export type Plugins = readonly {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
}[];

/** Kong runs plugins by these, highest first, whatever the order in a file (Kong 3.9.3). */
const PRIORITIES: Readonly<Record<string, number>> = {
  'pre-function': 1_000_000,
  'correlation-id': 100_001,
  cors: 2_000,
  jwt: 1_450,
  'key-auth': 1_250,
  'request-size-limiting': 951,
  acl: 950,
  'rate-limiting': 910,
  'response-transformer': 800,
  'post-function': -1_000,
};

function asKongRuns(plugins: Plugins): Plugins {
  return [...plugins].sort((a, b) => (PRIORITIES[b.name] ?? 0) - (PRIORITIES[a.name] ?? 0));
}

export function viewOfFile(text: string): KongView {
  const { services, consumers = [], plugins = [] } = parse(text) as KongFile;
  return {
    routes: services.flatMap((service) =>
      service.routes.map((route) => ({
        name: route.name,
        hosts: route.hosts,
        paths: route.paths,
        regexPriority: route.regex_priority ?? 0,
        protocols: route.protocols,
        redirectStatus: route.https_redirect_status_code ?? 426,
        stripPath: route.strip_path,
        preserveHost: route.preserve_host,
        buffering: { request: route.request_buffering, response: route.response_buffering },
        plugins: asKongRuns([...(route.plugins ?? []), ...(service.plugins ?? []), ...plugins]),
        service: {
          host: service.host,
          port: service.port,
          ...(service.path === undefined ? {} : { path: service.path }),
          retries: service.retries,
          timeouts: [service.connect_timeout, service.read_timeout, service.write_timeout],
        },
      })),
    ),
    consumers: consumers.map((consumer) => ({
      username: consumer.username,
      credential: consumer.keyauth_credentials?.[0]?.key ?? consumer.jwt_secrets?.[0]?.key ?? '',
      groups: (consumer.acls ?? []).map(({ group }) => group),
      plugins: consumer.plugins ?? [],
    })),
  };
}

/** The objects as Kong's ingress controller 3.5 reads them: its annotations, its translation of paths. */
export function viewOfObjects(objects: readonly KubernetesObject[]): KongView {
  const entries = objects.filter(({ kind }) => kind === 'Ingress' || kind === 'HTTPRoute');
  return {
    routes: entries.map((entry) => routeOfEntry(objects, entry)),
    consumers: objects
      .filter(({ kind }) => kind === 'KongConsumer')
      .map((consumer) => consumerOfObject(objects, consumer as never)),
  };
}

function routeOfEntry(objects: readonly KubernetesObject[], entry: KubernetesObject): EffectiveRoute {
  const { hosts, paths, backend } = readEntry(entry);
  const backendService = one(objects, 'Service', backend.name);
  const route = annotations(entry);
  const service = annotations(backendService);
  const { externalName } = backendService.spec as { externalName?: string };
  return {
    name: entry.metadata.name,
    hosts,
    paths,
    regexPriority: Number(route('regex-priority') || 0),
    protocols: route('protocols').split(','),
    redirectStatus: Number(route('https-redirect-status-code') || 426),
    stripPath: route('strip-path') === 'true',
    preserveHost: route('preserve-host') === 'true',
    buffering: {
      request: route('request-buffering') === 'true',
      response: route('response-buffering') === 'true',
    },
    plugins: asKongRuns(pluginsOf(objects, entry)),
    service: {
      host: externalName ?? backend.name,
      port: backend.port,
      ...(service('path') === '' ? {} : { path: service('path') }),
      retries: Number(service('retries')),
      timeouts: ['connect', 'read', 'write'].map((part) => Number(service(`${part}-timeout`))),
    },
  };
}

function pluginsOf(objects: readonly KubernetesObject[], object: KubernetesObject): Plugins {
  const names = annotations(object)('plugins');
  return (names === '' ? [] : names.split(',')).map((name) => {
    const { plugin, config } = one(objects, 'KongPlugin', name);
    return { name: plugin as string, config: config as Record<string, unknown> };
  });
}

/** The Secret with an API key is the user's and not there; those of the gateway say by a label what they are. */
function consumerOfObject(
  objects: readonly KubernetesObject[],
  consumer: KubernetesObject & { readonly username: string; readonly credentials: readonly string[] },
): EffectiveConsumer {
  const secrets = objects.filter(
    ({ kind, metadata }) => kind === 'Secret' && consumer.credentials.includes(metadata.name),
  );
  const values = (label: string, key: string) =>
    secrets
      .filter(({ metadata }) => metadata.labels?.['konghq.com/credential'] === label)
      .map(({ stringData }) => (stringData as Record<string, string>)[key] ?? '');
  return {
    username: consumer.username,
    credential: values('jwt', 'key')[0] ?? consumer.credentials[0] ?? '',
    groups: values('acl', 'group'),
    plugins: pluginsOf(objects, consumer),
  };
}

function readEntry({ kind, spec }: KubernetesObject) {
  if (kind === 'HTTPRoute') {
    const { hostnames, rules } = spec as HttpRoute;
    const [rule] = rules;
    return { hosts: hostnames, paths: ofPrefix(rule.matches[0].path.value), backend: rule.backendRefs[0] };
  }
  const { rules } = spec as Ingress;
  const [{ path, pathType, backend }] = (rules[0] as Ingress['rules'][number]).http.paths;
  const { name, port } = backend.service;
  return {
    hosts: rules.map(({ host }) => host),
    paths: pathType === 'Prefix' ? ofPrefix(path) : [path.replace(/^\/~/, '~')],
    backend: { name, port: port.number },
  };
}

/** Two paths for a `Prefix`, in whose expression a dot is any character (controller 3.5.13). */
function ofPrefix(prefix: string): string[] {
  return prefix === '/' ? ['/'] : [`${prefix}/`, `~${prefix}$`];
}

interface KongFile {
  readonly services: readonly FileService[];
  readonly consumers?: readonly FileConsumer[];
  readonly plugins?: Plugins;
}

interface FileConsumer {
  readonly username: string;
  readonly keyauth_credentials?: readonly { readonly key: string }[];
  readonly jwt_secrets?: readonly { readonly key: string }[];
  readonly acls?: readonly { readonly group: string }[];
  readonly plugins?: Plugins;
}

interface FileService {
  readonly host: string;
  readonly port: number;
  readonly path?: string;
  readonly retries: number;
  readonly connect_timeout: number;
  readonly read_timeout: number;
  readonly write_timeout: number;
  readonly plugins?: Plugins;
  readonly routes: readonly {
    readonly name: string;
    readonly hosts: string[];
    readonly paths: string[];
    readonly regex_priority?: number;
    readonly protocols: string[];
    readonly https_redirect_status_code?: number;
    readonly strip_path: boolean;
    readonly preserve_host: boolean;
    readonly request_buffering: boolean;
    readonly response_buffering: boolean;
    readonly plugins?: Plugins;
  }[];
}

interface HttpRoute {
  hostnames: string[];
  rules: [{ matches: [{ path: { value: string } }]; backendRefs: [{ name: string; port: number }] }];
}

interface Ingress {
  rules: {
    host: string;
    http: {
      paths: [
        { path: string; pathType: string; backend: { service: { name: string; port: { number: number } } } },
      ];
    };
  }[];
}

function annotations({ metadata }: KubernetesObject): (name: string) => string {
  const all = (metadata as { annotations?: Record<string, string> }).annotations ?? {};
  return (name) => all[`konghq.com/${name}`] ?? '';
}

function one(objects: readonly KubernetesObject[], kind: string, name: string): KubernetesObject {
  const [found, ...more] = objects.filter((object) => object.kind === kind && object.metadata.name === name);
  if (found === undefined || more.length > 0) throw new Error(`there is not exactly one ${kind} ${name}`);
  return found;
}
