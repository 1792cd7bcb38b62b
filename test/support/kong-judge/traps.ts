/**
 * What Kong 3.9.3 accepts and what does harm all the same, found by running it. Beside the judge, which says no more than
 * Kong itself does.
 */
import { parse } from 'yaml';

interface Plugin {
  readonly name: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

interface Route {
  readonly name?: string;
  readonly methods?: readonly string[];
  readonly request_buffering?: boolean;
  readonly response_buffering?: boolean;
  readonly paths?: readonly string[];
  readonly hosts?: readonly string[];
  readonly plugins?: readonly Plugin[];
}

interface Service {
  readonly name?: string;
  readonly retries?: number;
  readonly routes?: readonly Route[];
  readonly plugins?: readonly Plugin[];
}

interface Consumer {
  readonly id?: string;
  readonly username?: string;
  readonly acls?: readonly { readonly id?: string }[];
  readonly plugins?: readonly Plugin[];
  readonly jwt_secrets?: readonly { readonly id?: string; readonly secret?: string }[];
  readonly keyauth_credentials?: readonly { readonly id?: string }[];
}

interface Upstream {
  readonly healthchecks?: {
    readonly passive?: { readonly unhealthy?: { readonly http_statuses?: number[] } };
  };
}

interface File {
  readonly services?: readonly Service[];
  readonly consumers?: readonly Consumer[];
  readonly upstreams?: readonly Upstream[];
  readonly plugins?: readonly Plugin[];
}

/** Names of the traps that a file falls into. */
export function kongTraps(text: string): readonly string[] {
  const file = parse(text) as File;
  const services = file.services ?? [];
  const consumers = file.consumers ?? [];
  const plugins = [
    ...(file.plugins ?? []),
    ...services.flatMap((service) => [
      ...(service.plugins ?? []),
      ...(service.routes ?? []).flatMap((route) => route.plugins ?? []),
    ]),
  ];
  const found = [
    ...services.flatMap((service) => serviceTraps(service, file.plugins ?? [])),
    ...consumers.flatMap(consumerTraps),
    ...(file.upstreams ?? []).flatMap(upstreamTraps),
    ...[...plugins, ...consumers.flatMap((consumer) => consumer.plugins ?? [])].flatMap(pluginTraps),
  ];
  return [...new Set(found)].sort();
}

function serviceTraps(service: Service, everywhere: readonly Plugin[]): string[] {
  const own = [...(service.plugins ?? []), ...everywhere];
  return [
    ...(service.name === undefined ? ['random id'] : []),
    ...(service.retries === 0 ? [] : ['requests are sent twice']),
    ...(service.routes ?? []).flatMap((route) => routeTraps(route, own)),
  ];
}

function routeTraps(route: Route, inherited: readonly Plugin[]): string[] {
  const plugins = [...(route.plugins ?? []), ...inherited];
  const has = (name: string) => plugins.some((plugin) => plugin.name === name);
  const prefixes = (route.paths ?? []).filter((path) => !path.startsWith('~') && path !== '/');
  return [
    ...(route.name === undefined ? ['random id'] : []),
    ...(route.request_buffering === false && route.response_buffering === false ? [] : ['held back']),
    ...(prefixes.length > 0 ? ['part of a segment'] : []),
    ...(prefixes.some((path) => /[*{}[\]+]/.test(path)) ? ['pattern taken literally'] : []),
    ...((route.hosts ?? []).some((host) => host !== host.toLowerCase()) ? ['case of a host'] : []),
    ...(has('cors') && route.methods !== undefined && !route.methods.includes('OPTIONS')
      ? ['preflight not matched']
      : []),
    ...(has('pre-function') ? [] : ['headers of identity pass']),
  ];
}

function consumerTraps(consumer: Consumer): string[] {
  const credentials = [
    ...(consumer.jwt_secrets ?? []),
    ...(consumer.keyauth_credentials ?? []),
    ...(consumer.acls ?? []),
  ];
  const idle = ['jwt', 'key-auth', 'cors', 'acl'];
  return [
    ...((consumer.plugins ?? []).some(({ name }) => idle.includes(name)) ? ['enforces nothing'] : []),
    ...(consumer.username === undefined || credentials.some(({ id }) => id === undefined)
      ? ['random id']
      : []),
    ...((consumer.jwt_secrets ?? []).some(({ secret }) => secret?.startsWith('{vault:') === true)
      ? ['reference taken literally']
      : []),
  ];
}

function upstreamTraps({ healthchecks }: Upstream): string[] {
  const passive = healthchecks?.passive?.unhealthy;
  return passive !== undefined && (passive.http_statuses ?? [429]).includes(429)
    ? ['limit counts as illness']
    : [];
}

function pluginTraps({ name, config = {} }: Plugin): string[] {
  const found: string[] = [];
  if ('redis_host' in config) found.push('old redis field');
  if (config.anonymous !== undefined) found.push('bad token passes');
  if (name === 'request-transformer' && JSON.stringify(config).includes('$(')) found.push('template');
  if (name === 'cors') found.push(...corsTraps(config));
  return found;
}

function corsTraps(config: Readonly<Record<string, unknown>>): string[] {
  const origins = (config.origins ?? []) as readonly string[];
  const [only = ''] = origins;
  const found: string[] = [];
  if (origins.some((origin) => origin !== '*' && origin.includes('*') && !/^\^\(\?:.*\)\$$/.test(origin))) {
    found.push('glob taken as expression');
  }
  if (origins.length === 0 || (origins.length === 1 && /^[A-Za-z0-9.:/-]+$/.test(only))) {
    found.push('origin sent to everybody');
  }
  if (origins.includes('*') && config.credentials === true) found.push('credentials for everybody');
  if (((config.headers ?? []) as readonly string[]).length === 0) found.push('any header');
  if (config.preflight_continue === true) found.push('preflight without CORS');
  return found;
}
