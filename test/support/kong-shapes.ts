/** What Kong would do with a gateway, read back from each of the two forms that it is written in. */
import type { AgentGatewayProps } from 'cdk8s-agent-gateway';
import { parse } from 'yaml';
import { type KubernetesObject, synthesise } from './synthesise';

/** A route of Kong's with what is effective on it. */
export interface EffectiveRoute {
  readonly hosts: readonly string[];
  /** As Kong has them: `/x` is the beginning of a text, `~/x` an expression anchored at its beginning. */
  readonly paths: readonly string[];
  readonly protocols: readonly string[];
  readonly redirectStatus: number;
  readonly stripPath: boolean;
  readonly preserveHost: boolean;
  readonly buffering: { readonly request: boolean; readonly response: boolean };
  readonly plugins: readonly { readonly name: string; readonly config: unknown }[];
  readonly service: {
    readonly host: string;
    readonly port: number;
    readonly retries: number;
    readonly timeouts: readonly number[];
  };
}

/** Kong runs plugins by these, highest first, whatever the order in a file (Kong 3.9.3). */
const PRIORITIES: Readonly<Record<string, number>> = {
  'pre-function': 1_000_000,
  'correlation-id': 100_001,
  cors: 2_000,
  jwt: 1_450,
  'key-auth': 1_250,
  'request-size-limiting': 951,
  'rate-limiting': 910,
  'response-transformer': 800,
  'post-function': -1_000,
};

type Plugins = EffectiveRoute['plugins'];

function asKongRuns(plugins: Plugins): Plugins {
  return [...plugins].sort((a, b) => (PRIORITIES[b.name] ?? 0) - (PRIORITIES[a.name] ?? 0));
}

/** Props of a gateway but for its edge. */
export type EdgelessProps = Omit<AgentGatewayProps, 'edge'>;

/** The text of the file that the objects hold. */
export function kongFileOf(props: EdgelessProps, dbless: object = {}): string {
  const objects = synthesise({ ...props, edge: { kong: { dbless } } });
  const maps = objects.filter(({ kind }) => kind === 'ConfigMap');
  const texts = maps.map(({ data }) => (data as Record<string, string>)['kong.yml']);
  return texts.find((text) => text !== undefined) ?? '';
}

/** @param name of Kong's service; the last of the file is the router's */
export function routeOfFile(text: string, name?: string): EffectiveRoute {
  const file = parse(text);
  const services = file.services as { name: string; [key: string]: unknown }[];
  const service = (name === undefined
    ? services.at(-1)
    : services.find((one) => one.name === name)) as never as FileService;
  const [route] = service.routes;
  return {
    hosts: route.hosts,
    paths: route.paths,
    protocols: route.protocols,
    redirectStatus: route.https_redirect_status_code ?? 426,
    stripPath: route.strip_path,
    preserveHost: route.preserve_host,
    buffering: { request: route.request_buffering, response: route.response_buffering },
    plugins: asKongRuns([...(route.plugins ?? []), ...(service.plugins ?? []), ...(file.plugins ?? [])]),
    service: {
      host: service.host,
      port: service.port,
      retries: service.retries,
      timeouts: [service.connect_timeout, service.read_timeout, service.write_timeout],
    },
  };
}

export function objectsForController(
  props: EdgelessProps,
  controller: object = {},
): readonly KubernetesObject[] {
  return synthesise({ ...props, edge: { kong: { ingressController: controller } } });
}

/** The objects as Kong's ingress controller 3.5 reads them: its annotations, its translation of `Prefix`. */
/** @param name of the Ingress; the only one, if left out */
export function routeOfObjects(objects: readonly KubernetesObject[], name?: string): EffectiveRoute {
  const entry = one(
    objects,
    ({ kind, metadata }) =>
      (kind === 'Ingress' || kind === 'HTTPRoute') && (name === undefined || metadata.name === name),
  );
  const { hosts, prefix, backend } = readEntry(entry);
  const backendService = one(
    objects,
    ({ kind, metadata }) => kind === 'Service' && metadata.name === backend.name,
  );
  const route = annotations(entry);
  const service = annotations(backendService);
  return {
    hosts,
    paths: prefix === '/' ? ['/'] : [`~${prefix.replaceAll('.', '\\.')}$`, `${prefix}/`],
    protocols: route('protocols').split(','),
    redirectStatus: Number(route('https-redirect-status-code') || 426),
    stripPath: route('strip-path') === 'true',
    preserveHost: route('preserve-host') === 'true',
    buffering: {
      request: route('request-buffering') === 'true',
      response: route('response-buffering') === 'true',
    },
    plugins: asKongRuns(
      route('plugins')
        .split(',')
        .map((name) => {
          const plugin = one(
            objects,
            ({ kind, metadata }) => kind === 'KongPlugin' && metadata.name === name,
          );
          return { name: plugin.plugin as string, config: plugin.config };
        }),
    ),
    service: {
      host: backend.name,
      port: backend.port,
      retries: Number(service('retries')),
      timeouts: ['connect', 'read', 'write'].map((part) => Number(service(`${part}-timeout`))),
    },
  };
}

function readEntry({ kind, spec }: KubernetesObject) {
  if (kind === 'HTTPRoute') {
    const { hostnames, rules } = spec as HttpRoute;
    const [rule] = rules;
    return { hosts: hostnames, prefix: rule.matches[0].path.value, backend: rule.backendRefs[0] };
  }
  const { rules } = spec as Ingress;
  const [path] = (rules[0] as Ingress['rules'][number]).http.paths;
  const { name, port } = path.backend.service;
  return {
    hosts: rules.map(({ host }) => host),
    prefix: path.path,
    backend: { name, port: port.number },
  };
}

interface FileService {
  readonly host: string;
  readonly port: number;
  readonly retries: number;
  readonly connect_timeout: number;
  readonly read_timeout: number;
  readonly write_timeout: number;
  readonly plugins?: Plugins;
  readonly routes: readonly [
    {
      readonly hosts: string[];
      readonly paths: string[];
      readonly protocols: string[];
      readonly https_redirect_status_code?: number;
      readonly strip_path: boolean;
      readonly preserve_host: boolean;
      readonly request_buffering: boolean;
      readonly response_buffering: boolean;
      readonly plugins?: Plugins;
    },
  ];
}

interface HttpRoute {
  hostnames: string[];
  rules: [{ matches: [{ path: { value: string } }]; backendRefs: [{ name: string; port: number }] }];
}

interface Ingress {
  rules: {
    host: string;
    http: { paths: [{ path: string; backend: { service: { name: string; port: { number: number } } } }] };
  }[];
}

function annotations({ metadata }: KubernetesObject): (name: string) => string {
  const all = (metadata as { annotations?: Record<string, string> }).annotations ?? {};
  return (name) => all[`konghq.com/${name}`] ?? '';
}

function one(
  objects: readonly KubernetesObject[],
  fits: (object: KubernetesObject) => boolean,
): KubernetesObject {
  const [found, ...more] = objects.filter(fits);
  if (found === undefined || more.length > 0) throw new Error('there is not exactly one such object');
  return found;
}
