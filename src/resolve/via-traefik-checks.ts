/** What must hold for services that Traefik sends requests to by leave of the router: what is lost so is a problem. */
import type { Lack } from '../model/capabilities';
import { TRAEFIK_LACKS } from '../model/traefik-capabilities';
import { backendsOf } from './backends-of';
import type { LooseProps } from './check-helpers';
import { type Place, Saying } from './problems';
import type { LooseTraefik } from './traefik-checks';

type LooseService = NonNullable<NonNullable<LooseProps['services']>[string]>;

/** @param direct the services that are `via: 'edge'`, at least one */
export function checkViaTraefik(
  props: LooseProps,
  traefik: LooseTraefik,
  direct: readonly (readonly [string, LooseService | undefined])[],
  at: Place,
): void {
  for (const [name, service] of direct) {
    if (service === undefined) continue;
    const place = at.key('services').key(name);
    checkService(service, place);
    checkBackends(service, traefik, place);
    checkNested(props, service, place.key('path'));
  }
  if (props.bodyLimitBytes !== undefined) cannot(at.key('bodyLimitBytes'), TRAEFIK_LACKS.bodyLimit);
  if (props.timeouts?.idleSeconds !== undefined) {
    cannot(at.key('timeouts').key('idleSeconds'), TRAEFIK_LACKS.idle);
  }
  checkTenants(props, at);
  // Any plan can be that of a caller whom the router has let through.
  for (const [name, plan] of Object.entries(props.plans ?? {})) {
    const place = at.key('plans').key(name);
    if (plan?.concurrentRequests !== undefined)
      cannot(place.key('concurrentRequests'), TRAEFIK_LACKS.concurrency);
    for (const key of ['tokensPerMinute', 'tokensPerDay'] as const) {
      if (plan?.[key] !== undefined) cannot(place.key(key), TRAEFIK_LACKS.tokens);
    }
  }
}

/** The router takes the credentials of `auth`, whoever asks it. */
function checkTenants({ tenants }: LooseProps, at: Place): void {
  for (const [name, tenant] of Object.entries(tenants ?? {})) {
    if (tenant?.edgeCredentials === undefined) continue;
    const got = new Saying('a credential that is for Kong');
    const expected = 'those of auth alone, by which Traefik lets callers in';
    at.key('tenants').key(name).key('edgeCredentials').report('AGW_UNUSED', got, expected, 'remove it');
  }
}

function cannot(at: Place, lack: Lack): void {
  const got = new Saying("what Traefik cannot keep for services with via: 'edge'");
  at.report('AGW_EDGE_CANNOT', got, lack.expected, `${lack.fix}; or leave via out`);
}

function checkService(service: LooseService, at: Place): void {
  for (const key of ['failover', 'circuitBreaker'] as const) {
    if (service[key] !== undefined && service[key] !== false) cannot(at.key(key), TRAEFIK_LACKS.failover);
  }
  for (const key of ['requestHeaders', 'responseHeaders', 'requestJson', 'responseJson'] as const) {
    if (service[key] !== undefined) cannot(at.key(key), TRAEFIK_LACKS.transforms);
  }
  if (service.bodyLimitBytes !== undefined) cannot(at.key('bodyLimitBytes'), TRAEFIK_LACKS.bodyLimit);
  if (service.timeouts?.idleSeconds !== undefined) {
    cannot(at.key('timeouts').key('idleSeconds'), TRAEFIK_LACKS.idle);
  }
  if (service.models !== undefined) cannot(at.key('models'), TRAEFIK_LACKS.models);
  for (const kind of ['versions', 'variants'] as const) {
    for (const [name, target] of Object.entries(service[kind] ?? {})) {
      if (typeof target !== 'object' || target.models === undefined) continue;
      cannot(at.key(kind).key(name).key('models'), TRAEFIK_LACKS.models);
    }
  }
}

function checkBackends(service: LooseService, { crossNamespace }: LooseTraefik, at: Place): void {
  for (const { keys, backend } of backendsOf(service)) {
    const place = keys.reduce((outer, key) => outer.key(key), at);
    if (backend.fallbacks !== undefined) cannot(place.key('fallbacks'), TRAEFIK_LACKS.failover);
    for (const key of ['url', 'tls', 'headers', 'credential'] as const) {
      if (backend[key] !== undefined) cannot(place.key(key), TRAEFIK_LACKS.backends);
    }
    if (backend.namespace !== undefined && crossNamespace !== true) {
      cannot(place.key('namespace'), TRAEFIK_LACKS.otherNamespace);
    }
  }
}

/** Of two services that Traefik sends requests to, the longer path comes first; the router's route comes after both. */
function checkNested({ services }: LooseProps, { path }: LooseService, at: Place): void {
  if (path === undefined) return;
  const below = Object.values(services ?? {}).some(
    (other) => other?.via !== 'edge' && other?.path?.startsWith(path === '/' ? '/' : `${path}/`),
  );
  if (below) cannot(at, TRAEFIK_LACKS.nested);
}
