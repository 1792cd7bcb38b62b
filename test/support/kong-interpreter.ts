/**
 * What Kong 3.9.3 does with a request, with the router flavor `traditional_compatible`: which route, which plugins say no,
 * where it goes and as whom. Facts of its router, of `path_handling: v0` and of its plugins; no code of Kong's.
 */
import type { EffectiveConsumer, EffectiveRoute, KongView } from './kong-view';

export interface KongRequest {
  readonly method?: string;
  /** As in `Host`. */
  readonly host: string;
  /** Without query. */
  readonly path: string;
  /** What stands for the credential in the view. */
  readonly credential?: string;
  readonly origin?: string;
  readonly requestedMethod?: string;
  readonly bodyBytes?: number;
}

/** Either sent on to a service, or answered by Kong with a status. */
export interface KongOutcome {
  readonly route?: string;
  readonly status?: number;
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  /** What the backend learns of the caller. */
  readonly caller?: { readonly tenant: string; readonly plan: string; readonly version?: string };
}

/** One Kong with its counters; time stands still. */
export class KongInterpreter {
  private readonly counters = new Map<string, number>();

  constructor(private readonly view: KongView) {}

  decide(request: KongRequest): KongOutcome {
    const path = tidied(request.path);
    const match = matchRoute(this.view, request.host, path);
    if (match === undefined) return { status: 404 };
    const { route, matched } = match;
    const consumer = this.view.consumers.find(({ credential }) => credential === request.credential);
    const sent = upstreamPath(route, path, matched);
    for (const { name, config } of withConsumer(route, consumer)) {
      const status = this.refusal(name, config, { ...request, path: sent }, consumer);
      if (status !== undefined) return { route: route.name, status };
    }
    const { host, port } = route.service;
    const caller = consumer && callerTold(route, consumer);
    return {
      route: route.name,
      host,
      port,
      path: sent,
      ...(caller === undefined ? {} : { caller }),
    };
  }

  private refusal(
    name: string,
    config: Readonly<Record<string, unknown>>,
    request: KongRequest,
    consumer: EffectiveConsumer | undefined,
  ): number | undefined {
    const isPreflight =
      request.method === 'OPTIONS' && request.origin !== undefined && request.requestedMethod !== undefined;
    if (name === 'cors') return isPreflight ? 200 : undefined;
    if (name === 'key-auth' || name === 'jwt') return consumer === undefined ? 401 : undefined;
    if (name === 'request-size-limiting') {
      return (request.bodyBytes ?? 0) > Number(config.allowed_payload_size) ? 413 : undefined;
    }
    if (name === 'acl') {
      const allowed = config.allow as readonly string[];
      return consumer?.groups.some((group) => allowed.includes(group)) ? undefined : 403;
    }
    // The gateway's own Lua, which other tests run.
    if (name === 'post-function') {
      return /\/\.{1,2}(?:[/;]|$)/.test(request.path.replaceAll('%2F', '/')) ? 400 : undefined;
    }
    return name === 'rate-limiting' ? this.takeLimits(config, consumer?.username ?? 'address') : undefined;
  }

  /** With Redis every window is charged before one of them refuses. */
  private takeLimits(config: Readonly<Record<string, unknown>>, identifier: string): number | undefined {
    let refused = false;
    for (const window of ['second', 'minute', 'hour', 'day'].filter((name) => name in config)) {
      const key = `${identifier} ${window}`;
      const used = this.counters.get(key) ?? 0;
      this.counters.set(key, used + 1);
      refused ||= used >= Number(config[window]);
    }
    return refused ? 429 : undefined;
  }
}

/** Of a plugin that a route and its consumer have, the consumer's is run and the route's is not. */
function withConsumer(route: EffectiveRoute, consumer: EffectiveConsumer | undefined) {
  const identifies = route.plugins.some(({ name }) => name === 'key-auth' || name === 'jwt');
  return route.plugins.map(
    (plugin) => (identifies && consumer?.plugins.find(({ name }) => name === plugin.name)) || plugin,
  );
}

/** Read out of the Lua that tells backends of callers; another test runs it. */
function callerTold(route: EffectiveRoute, { username }: EffectiveConsumer): KongOutcome['caller'] {
  const told = route.plugins.find(({ name }) => name === 'post-function');
  if (told === undefined) return undefined;
  const lua = (told.config.access as readonly string[]).join('');
  const row = lua.split('\n').find((line) => line.includes(`[${JSON.stringify(username)}]`));
  const [, tenant = '', plan = ''] = /tenant = "(.*)", plan = "(.*)" \}/.exec(row ?? '') ?? [];
  const [, version] = /"x-api-version", "(.*)"\)/.exec(lua) ?? [];
  return { tenant, plan, ...(version === undefined ? {} : { version }) };
}

interface Match {
  readonly route: EffectiveRoute;
  /** What of the path the route's path took. */
  readonly matched: string;
  /** Expressions before prefixes; of these by their priority, of those by their length. */
  readonly rank: readonly [number, number];
}

/** Of two that rank alike Kong takes either, so there must not be any. @throws where there are */
function matchRoute({ routes }: KongView, host: string, path: string): Match | undefined {
  const name = host.replace(/:\d+$/, '');
  const matches = routes
    .filter(({ hosts }) => hosts.includes(name))
    .flatMap((route) => route.paths.flatMap((one) => matchPath(route, one, path)))
    .sort((a, b) => b.rank[0] - a.rank[0] || b.rank[1] - a.rank[1]);
  const [first, second] = matches;
  if (first !== undefined && first.rank.join() === second?.rank.join() && first.route !== second.route) {
    throw new Error(`${first.route.name} and ${second.route.name} are alike for ${path}`);
  }
  return first;
}

function matchPath(route: EffectiveRoute, pattern: string, path: string): Match[] {
  if (!pattern.startsWith('~')) {
    return path.startsWith(pattern) ? [{ route, matched: pattern, rank: [0, pattern.length] }] : [];
  }
  const [matched] = new RegExp(`^${pattern.slice(1)}`).exec(path) ?? [];
  return matched === undefined ? [] : [{ route, matched, rank: [1, route.regexPriority] }];
}

/** `path_handling: v0`, which is Kong's default and the controller's. */
function upstreamPath({ stripPath, service }: EffectiveRoute, path: string, matched: string): string {
  const base = service.path ?? '/';
  if (!stripPath) return base === '/' ? path : base.replace(/\/$/, '') + (path === '/' ? '' : path);
  const rest = path.slice(matched.length);
  if (rest !== '') return `${base.replace(/\/$/, '')}/${rest.replace(/^\//, '')}`;
  return base !== '/' && path.endsWith('/') && path !== '/' ? `${base}/` : base;
}

const RESERVED = /[!*'();:@&=+$,/?%#[\]]/;

/** Kong tidies a path before it looks at it, and sends it on like that, with escapes where they are needed. */
export function tidied(path: string): string {
  const unsafe = /[^!#$&'()*+,/:;=?@[\]A-Za-z\d\-_.~%]/g;
  return normalised(path).replace(
    unsafe,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** Harmless escapes decoded, dots resolved, slashes merged. */
function normalised(path: string): string {
  const decoded = path.replace(/%([0-9a-f]{2})/gi, (all, hex: string) => {
    const char = String.fromCharCode(Number.parseInt(hex, 16));
    return RESERVED.test(char) ? all.toUpperCase() : char;
  });
  const kept: string[] = [];
  const segments = decoded.split('/').slice(1);
  for (const [i, segment] of segments.entries()) {
    const last = i === segments.length - 1;
    if (segment === '..') kept.pop();
    if (segment === '.' || segment === '..' || segment === '') {
      if (last) kept.push('');
    } else kept.push(segment);
  }
  return `/${kept.join('/')}`;
}
