/**
 * What must hold for services that are `via: 'edge'`. Of what Kong decides about by itself, everything that it cannot keep is
 * a problem; Traefik's is in `via-traefik-checks.ts`.
 */
import { KONG_LACKS, type Lack } from '../model/capabilities';
import { DEFAULTS } from '../model/defaults';
import { backendsOf } from './backends-of';
import { impliedDefaultPlan, type LooseProps } from './check-helpers';
import { NOTHING, type Place, Saying } from './problems';
import { checkViaTraefik } from './via-traefik-checks';

type LooseService = NonNullable<NonNullable<LooseProps['services']>[string]>;
type LooseTenant = NonNullable<NonNullable<LooseProps['tenants']>[string]>;

/** Checks services that are `via: 'edge'`, and what is there for them alone. */
export function checkVia(props: LooseProps, at: Place): void {
  const direct = Object.entries(props.services ?? {}).filter(([, service]) => service?.via === 'edge');
  const tenants = Object.entries(props.tenants ?? {}).filter(
    ([, tenant]) => tenant?.edgeCredentials !== undefined,
  );
  if (direct.length === 0) {
    checkUnused(props, tenants, at);
    return;
  }
  if (props.edge?.traefik !== undefined) {
    checkViaTraefik(props, props.edge.traefik, direct, at);
    return;
  }
  if (props.edge?.kong === undefined) {
    for (const [name] of direct) {
      const fix = 'use edge: { traefik: {} } or { kong: {…} }, or leave via out';
      at.key('services').key(name).key('via').report('AGW_EDGE_CANNOT', 'edge', 'an edge that can', fix);
    }
    return;
  }
  for (const [name, service] of direct) {
    if (service !== undefined) checkService(props, name, service, at.key('services').key(name));
  }
  checkGateway(props, at);
  checkTenants(props, tenants, at);
  if (props.edge.kong.ingressController !== undefined) checkController(props, direct, at);
}

function checkUnused(props: LooseProps, tenants: [string, LooseTenant | undefined][], at: Place): void {
  const unused = (place: Place, got: unknown) => {
    place.report('AGW_UNUSED', got, "a service with via: 'edge'", 'remove it, or set via at a service');
  };
  for (const [name] of tenants) {
    unused(at.key('tenants').key(name).key('edgeCredentials'), new Saying('credentials for such a service'));
  }
  const { dbless, ingressController } = props.edge?.kong ?? {};
  const kong = at.key('edge').key('kong');
  for (const [key, shape] of Object.entries({ dbless, ingressController })) {
    if (shape?.clockWindows === true) unused(kong.key(key).key('clockWindows'), true);
    if (shape?.redis !== undefined)
      unused(kong.key(key).key('redis'), new Saying('a Redis for such a service'));
  }
}

function cannot(at: Place, lack: Lack): void {
  const got = new Saying("what Kong cannot keep for services with via: 'edge'");
  at.report('AGW_EDGE_CANNOT', got, lack.expected, `${lack.fix}; or leave via out`);
}

function checkService(props: LooseProps, name: string, service: LooseService, at: Place): void {
  if (service.models !== undefined) cannot(at.key('models'), KONG_LACKS.models);
  if (service.variants !== undefined) cannot(at.key('variants'), KONG_LACKS.variants);
  if (service.methods !== undefined) cannot(at.key('methods'), KONG_LACKS.methods);
  if (service.requires !== undefined) cannot(at.key('requires'), KONG_LACKS.requires);
  if (service.serviceToken !== undefined) cannot(at.key('serviceToken'), KONG_LACKS.serviceToken);
  for (const key of ['failover', 'circuitBreaker'] as const) {
    if (service[key] !== undefined && service[key] !== false) cannot(at.key(key), KONG_LACKS.failover);
  }
  for (const { keys, backend } of backendsOf(service)) {
    const place = keys.reduce((outer, key) => outer.key(key), at);
    if (backend.fallbacks !== undefined) cannot(place.key('fallbacks'), KONG_LACKS.failover);
    for (const key of ['url', 'tls', 'headers', 'credential'] as const) {
      if (backend[key] !== undefined) cannot(place.key(key), KONG_LACKS.backends);
    }
  }
  for (const key of ['requestHeaders', 'responseHeaders', 'requestJson', 'responseJson'] as const) {
    if (service[key] !== undefined) cannot(at.key(key), KONG_LACKS.transforms);
  }
  for (const [version, target] of Object.entries(service.versions ?? {})) {
    if (typeof target === 'object' && target.models !== undefined) {
      cannot(at.key('versions').key(version).key('models'), KONG_LACKS.models);
    }
  }
  const { path } = service;
  const below = Object.entries(props.services ?? {}).some(
    ([other, { path: otherPath } = {}]) =>
      other !== name && path !== undefined && otherPath?.startsWith(path === '/' ? '/' : `${path}/`),
  );
  if (below) cannot(at.key('path'), KONG_LACKS.nested);
  const given = { ...props.timeouts, ...service.timeouts };
  const { firstByteSeconds, idleSeconds } = { ...DEFAULTS.timeouts, ...given };
  const said = given.firstByteSeconds !== undefined || given.idleSeconds !== undefined;
  if (said && firstByteSeconds !== idleSeconds) cannot(at.key('timeouts'), KONG_LACKS.separateTimeouts);
}

function checkGateway(props: LooseProps, at: Place): void {
  if (props.auth?.jwt !== undefined) cannot(at.key('auth').key('jwt'), KONG_LACKS.jwks);
  if (props.redis?.external !== undefined && kongOf(props)?.redis === undefined) {
    cannot(at.key('redis').key('external'), KONG_LACKS.externalRedis);
  }
  if (props.planLookup !== undefined) cannot(at.key('planLookup'), KONG_LACKS.planLookup);
  for (const [name, version] of Object.entries(props.versions ?? {})) {
    const place = at.key('versions').key(name);
    if (version?.weightPercent !== undefined) cannot(place.key('weightPercent'), KONG_LACKS.split);
    if (version?.deprecated !== undefined) cannot(place.key('deprecated'), KONG_LACKS.life);
    if (version?.sunset !== undefined) cannot(place.key('sunset'), KONG_LACKS.life);
  }
  for (const [name, tenant] of Object.entries(props.tenants ?? {})) {
    if (tenant?.version !== undefined) cannot(at.key('tenants').key(name).key('version'), KONG_LACKS.pin);
  }
}

/** What Kong's ingress controller needs to find, from a namespace of its own. */
function checkController(props: LooseProps, direct: [string, LooseService | undefined][], at: Place): void {
  const controller = props.edge?.kong?.ingressController;
  if (controller?.gateway !== undefined) {
    cannot(at.key('edge').key('kong').key('ingressController').key('gateway'), KONG_LACKS.gatewayBackends);
  }
  if (props.redis?.managed?.passwordSecret !== undefined && controller?.redis === undefined) {
    cannot(at.key('redis').key('managed').key('passwordSecret'), KONG_LACKS.controllerPassword);
  }
  for (const [name, service] of direct) {
    const place = at.key('services').key(name);
    checkNamespace(service?.backend, place.key('backend'));
    for (const [version, target] of Object.entries(service?.versions ?? {})) {
      if (typeof target !== 'object') continue;
      checkNamespace(target.backend, place.key('versions').key(version).key('backend'));
    }
  }
  for (const [name, tenant] of Object.entries(props.tenants ?? {})) {
    const apiKey = tenant?.edgeCredentials?.apiKey;
    if (apiKey?.key === undefined || apiKey.key === 'key') continue;
    const place = at.key('tenants').key(name).key('edgeCredentials').key('apiKey').key('key');
    const fix = 'put the API key under "key" in a Secret with the label konghq.com/credential: key-auth';
    place.report('AGW_EDGE_CANNOT', apiKey.key, '"key", where the ingress controller looks', fix);
  }
}

function checkNamespace(backend: { readonly namespace?: string } | undefined, at: Place): void {
  if (backend === undefined || backend.namespace !== undefined) return;
  const fix = "name the Service's namespace, also where it is the gateway's own";
  at.key('namespace').report('AGW_EDGE_CANNOT', NOTHING, 'a namespace, as Kong runs in another one', fix);
}

function checkTenants(props: LooseProps, tenants: [string, LooseTenant | undefined][], at: Place): void {
  if (tenants.length === 0) {
    const fix = 'give a tenant edgeCredentials';
    const got = new Saying('no tenant with edgeCredentials');
    at.key('tenants').report('AGW_REQUIRED', got, 'one, as nobody else is let in', fix);
  }
  const kinds = new Set<string>();
  const taken = new Set<string>();
  const plans = new Set<string>();
  for (const [name, tenant] of tenants) {
    const place = at.key('tenants').key(name).key('edgeCredentials');
    checkName(name, at.key('tenants').key(name));
    checkKind(tenant, kinds, place);
    checkTaken(tenant, taken, place);
    plans.add(tenant?.plan ?? impliedDefaultPlan(props));
  }
  for (const name of plans) checkPlan(props, name, at.key('plans').key(name));
}

/** Whichever of Kong's shapes is there. */
function kongOf({ edge }: LooseProps) {
  return edge?.kong?.dbless ?? edge?.kong?.ingressController;
}

/** A plan that callers at Kong have. */
function checkPlan(props: LooseProps, name: string, at: Place): void {
  const plan = props.plans?.[name];
  if (plan === undefined) return;
  if (plan.concurrentRequests !== undefined) cannot(at.key('concurrentRequests'), KONG_LACKS.concurrency);
  if (plan.models !== undefined) cannot(at.key('models'), KONG_LACKS.planModels);
  for (const key of ['tokensPerMinute', 'tokensPerDay'] as const) {
    if (plan[key] !== undefined) cannot(at.key(key), KONG_LACKS.tokens);
  }
  if (plan.limitBy === 'service') cannot(at.key('limitBy'), KONG_LACKS.sharedByService);
  const { requestsPerMinute, requestsPerHour, requestsPerDay } = plan;
  const limits = [requestsPerMinute, requestsPerHour, requestsPerDay].filter((limit) => limit !== undefined);
  if (limits.length === 0) return;
  if (plan.onStoreOutage !== 'open' && plan.onStoreOutage !== 'closed') {
    cannot(at.key('onStoreOutage'), KONG_LACKS.localShare);
  }
  const exact = requestsPerMinute === undefined && requestsPerHour === undefined;
  if (!exact && kongOf(props)?.clockWindows !== true) {
    cannot(
      at.key(requestsPerMinute === undefined ? 'requestsPerHour' : 'requestsPerMinute'),
      KONG_LACKS.exactWindows,
    );
  }
  if (limits.some((limit, i) => limit < Math.max(...limits.slice(0, i)))) {
    const fix = 'raise it, or remove the shorter window; or leave via out';
    at.report(
      'AGW_EDGE_CANNOT',
      limits,
      'no longer window that is below a shorter one, which Kong refuses',
      fix,
    );
  }
}

/** Kong sends the name as a header, as it is. */
function checkName(name: string, at: Place): void {
  if (/^[\x21-\x24\x26-\x7e]{1,128}$/.test(name)) return;
  at.report(
    'AGW_EDGE_CANNOT',
    name,
    'a name of visible ASCII without %',
    'rename the tenant, or leave via out',
  );
}

function checkKind(tenant: LooseTenant | undefined, kinds: Set<string>, at: Place): void {
  const keys = Object.keys(tenant?.edgeCredentials ?? {});
  for (const key of keys) kinds.add(key);
  if (keys.length === 1 && kinds.size === 1) return;
  const got = new Saying(keys.length === 1 ? `"${keys[0]}"` : `${keys.length} of them`);
  at.report('AGW_ONE_OF', got, 'one of "apiKey", "jwt", the same for every tenant', 'use one kind');
}

function checkTaken(tenant: LooseTenant | undefined, taken: Set<string>, at: Place): void {
  const { apiKey, jwt } = tenant?.edgeCredentials ?? {};
  const key = apiKey === undefined ? `jwt ${jwt?.issuer}` : `key ${apiKey.name} ${apiKey.key}`;
  if (taken.has(key)) {
    const got = new Saying('the credential of another tenant');
    at.report('AGW_DUPLICATE', got, 'one of its own', 'give each tenant its own');
  }
  taken.add(key);
}
