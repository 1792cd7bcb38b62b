/** Services that are `via: 'edge'` → what Kong decides about by itself. */
import { DEFAULTS } from '../model/defaults';
import type { KongConsumerModel, KongDirectModel, KongDirectRouteModel } from '../model/deployment-model';
import type { PlanModel } from '../model/gateway-model';
import type { BackendProps } from '../props/backend-props';
import type { AgentGatewayProps } from '../props/gateway-props';
import type { TenantProps } from '../props/plan-props';
import type { ServiceProps } from '../props/service-props';
import { backendHost } from './build-backend';
import { buildPlan, requestWindows } from './build-plan';
import { impliedDefaultPlan } from './check-helpers';
import { impliedDefaultVersion } from './version-checks';

/** `undefined` where every service goes through the router. */
export function buildKongDirect(props: AgentGatewayProps): KongDirectModel | undefined {
  const names = Object.keys(props.services)
    .filter((name) => props.services[name]?.via === 'edge')
    .sort();
  if (names.length === 0) return undefined;
  const secret = props.redis?.managed?.passwordSecret;
  return {
    routes: names.flatMap((name) => buildRoutes(props, name, props.services[name] as ServiceProps)),
    consumers: Object.keys(props.tenants ?? {})
      .sort()
      .flatMap((name) => buildConsumer(props, name, props.tenants?.[name] as TenantProps)),
    ...(secret === undefined ? {} : { redisPasswordSecret: { ...secret } }),
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
    host: backendHost(backend),
    // A Service without a port has been reported.
    port: backend.port ?? 0,
    connectSeconds: timeouts.connectSeconds,
    idleSeconds: Math.max(timeouts.firstByteSeconds, timeouts.idleSeconds),
    bodyLimitBytes: service.bodyLimitBytes ?? props.bodyLimitBytes ?? DEFAULTS.bodyLimitBytes,
  };
}

function buildConsumer(props: AgentGatewayProps, tenant: string, given: TenantProps): KongConsumerModel[] {
  const { edgeCredentials } = given;
  if (edgeCredentials === undefined) return [];
  const plan = given.plan ?? impliedDefaultPlan(props);
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
