/** Services that are `via: 'edge'` → what Kong decides about by itself. */
import { DEFAULTS } from '../model/defaults';
import type {
  KongConsumerModel,
  KongDirectModel,
  KongDirectRouteModel,
  KongRedisModel,
} from '../model/deployment-model';
import type { PlanModel } from '../model/gateway-model';
import type { BackendProps } from '../props/backend-props';
import type { AgentGatewayProps } from '../props/gateway-props';
import type { KongRedisProps } from '../props/kong-props';
import type { TenantProps } from '../props/plan-props';
import type { ServiceProps } from '../props/service-props';
import { backendHost } from './build-backend';
import { buildPlan, requestWindows } from './build-plan';
import { impliedDefaultPlan } from './check-helpers';
import { impliedDefaultVersion } from './version-checks';

/** @returns `undefined` where every service goes through the router */
export function buildKongDirect(
  props: AgentGatewayProps,
  redis: KongRedisProps | undefined,
): KongDirectModel | undefined {
  const names = Object.keys(props.services)
    .filter((name) => props.services[name]?.via === 'edge')
    .sort();
  if (names.length === 0) return undefined;
  return {
    routes: names.flatMap((name) => buildRoutes(props, name, props.services[name] as ServiceProps)),
    consumers: Object.keys(props.tenants ?? {})
      .sort()
      .flatMap((name) => buildConsumer(props, name, props.tenants?.[name] as TenantProps)),
    redis: buildRedis(props, redis),
  };
}

function buildRedis(props: AgentGatewayProps, redis: KongRedisProps | undefined): KongRedisModel {
  const passwordSecret = redis === undefined ? props.redis?.managed?.passwordSecret : redis.passwordSecret;
  return {
    ...(redis === undefined ? {} : { host: redis.host }),
    port: redis?.port ?? DEFAULTS.kong.redis.port,
    database: redis?.database ?? DEFAULTS.kong.redis.database,
    tls: redis?.tls ?? DEFAULTS.kong.redis.tls,
    ...(redis?.username === undefined ? {} : { username: redis.username }),
    ...(passwordSecret === undefined ? {} : { passwordSecret: { ...passwordSecret } }),
  };
}

/** One path for each version that has the service, and one without a version for the default. */
function buildRoutes(props: AgentGatewayProps, name: string, service: ServiceProps): KongDirectRouteModel[] {
  const base = props.basePath === undefined || props.basePath === '/' ? '' : props.basePath;
  const versions = Object.keys(props.versions ?? {}).sort();
  const fallback = impliedDefaultVersion(props);
  const targetOf = (version: string | undefined) => {
    const own = version === undefined ? undefined : service.versions?.[version];
    return own === false ? undefined : (own?.backend ?? service.backend);
  };
  const ways = [
    { name, prefix: base, version: fallback },
    ...versions.map((version) => ({ name: `${name}.${version}`, prefix: `${base}/${version}`, version })),
  ];
  return ways.flatMap((way) => {
    const backend = targetOf(way.version);
    return backend === undefined ? [] : [buildRoute(props, service, backend, way)];
  });
}

function buildRoute(
  props: AgentGatewayProps,
  service: ServiceProps,
  backend: BackendProps,
  way: { readonly name: string; readonly prefix: string; readonly version: string | undefined },
): KongDirectRouteModel {
  const own = service.path === '/' ? '' : service.path;
  const timeouts = { ...DEFAULTS.timeouts, ...props.timeouts, ...service.timeouts };
  return {
    name: way.name,
    path: way.prefix + own,
    backendPath: backend.path === '/' ? '' : (backend.path ?? own),
    ...(way.version === undefined ? {} : { version: way.version }),
    ...allowedPlans(props, way.version),
    host: backendHost(backend),
    // A Service without a port has been reported.
    port: backend.port ?? 0,
    connectSeconds: timeouts.connectSeconds,
    idleSeconds: Math.max(timeouts.firstByteSeconds, timeouts.idleSeconds),
    bodyLimitBytes: service.bodyLimitBytes ?? props.bodyLimitBytes ?? DEFAULTS.bodyLimitBytes,
  };
}

/** Kong holds plans to their versions route by route, as a route is of one version. */
function allowedPlans(props: AgentGatewayProps, version: string | undefined) {
  if (version === undefined) return {};
  const mayUse = (plan: string) => props.plans[plan]?.versions?.includes(version) ?? true;
  const plans = [...new Set(Object.values(props.tenants ?? {}).flatMap((tenant) => planOf(props, tenant)))];
  return plans.every(mayUse) ? {} : { plans: plans.filter(mayUse).sort() };
}

/** Of a tenant that Kong knows. */
function planOf(props: AgentGatewayProps, { edgeCredentials, plan }: TenantProps): string[] {
  return edgeCredentials === undefined ? [] : [plan ?? impliedDefaultPlan(props)];
}

function buildConsumer(props: AgentGatewayProps, tenant: string, given: TenantProps): KongConsumerModel[] {
  const { edgeCredentials } = given;
  if (edgeCredentials === undefined) return [];
  const [plan = ''] = planOf(props, given);
  const { onStoreOutage }: PlanModel = buildPlan(props.plans[plan] ?? {});
  const { apiKey, jwt } = edgeCredentials;
  return [
    {
      tenant,
      plan,
      windows: requestWindows(props.plans[plan] ?? {}),
      onStoreOutage: onStoreOutage === 'closed' ? 'closed' : 'open',
      ...(apiKey === undefined ? {} : { apiKeySecret: { ...apiKey } }),
      ...(jwt === undefined ? {} : { jwt: { ...jwt, publicKey: `${jwt.publicKey.trim()}\n` } }),
    },
  ];
}
