/** Props without problems → what runs in the cluster. */
import { DEFAULTS } from '../model/defaults';
import type {
  DeploymentModel,
  EdgeModel,
  FloodGuardModel,
  RouterModel,
  StoreModel,
  TlsModel,
  TraefikModel,
} from '../model/deployment-model';
import type { FloodGuardProps, TlsProps, TraefikProps } from '../props/edge-props';
import type { AgentGatewayProps } from '../props/gateway-props';
import type { RedisProps, RouterProps } from '../props/workload-props';

/** The part of the model that no router reads: edge, pods, images, store. */
export function buildDeployment(props: AgentGatewayProps): DeploymentModel {
  return {
    edge: buildEdge(props),
    router: buildRouter(props),
    store: buildStore(props.redis),
  };
}

/** Bounds of the number of routers: a bound that is given moves the other one's default out of its way. */
export function replicasOf(router: RouterProps | undefined): { readonly min: number; readonly max: number } {
  const { min, max } = router?.replicas ?? {};
  const defaults = DEFAULTS.router.replicas;
  return {
    min: min ?? Math.min(defaults.min, max ?? defaults.min),
    max: max ?? Math.max(defaults.max, min ?? defaults.max),
  };
}

function buildEdge(props: AgentGatewayProps): EdgeModel {
  const { traefik } = props.edge;
  return traefik === undefined ? { none: {} } : { traefik: buildTraefik(props, traefik) };
}

function buildTraefik(props: AgentGatewayProps, traefik: TraefikProps): TraefikModel {
  return {
    namespace: traefik.namespace ?? DEFAULTS.traefik.namespace,
    httpEntryPoint: traefik.entryPoints?.http ?? DEFAULTS.traefik.entryPoints.http,
    httpsEntryPoint: traefik.entryPoints?.https ?? DEFAULTS.traefik.entryPoints.https,
    ...(traefik.floodGuard === false ? {} : { floodGuard: buildFloodGuard(props, traefik.floodGuard) }),
    ...(props.tls === undefined ? {} : { tls: buildTls(props.tls) }),
  };
}

function buildFloodGuard(props: AgentGatewayProps, guard: FloodGuardProps = {}): FloodGuardModel {
  const requestsPerSecond = guard.requestsPerSecond ?? defaultFloodGuard(props);
  return {
    requestsPerSecond,
    // Traefik forgets an address after two seconds: a burst above twice the rate would never be used up.
    burst: requestsPerSecond * 2,
    forwardedForDepth: guard.forwardedForDepth ?? DEFAULTS.floodGuard.forwardedForDepth,
  };
}

/** Wide enough that a caller within the largest plan can spend a minute's requests at once. */
function defaultFloodGuard(props: AgentGatewayProps): number {
  const { leastRequestsPerSecond, unlimitedRequestsPerSecond } = DEFAULTS.floodGuard;
  const plans = Object.values(props.plans).map(
    (plan) => plan.requestsPerMinute ?? unlimitedRequestsPerSecond,
  );
  return Math.max(leastRequestsPerSecond, ...plans);
}

function buildTls(tls: TlsProps): TlsModel {
  return { ...tls, minVersion: tls.minVersion ?? DEFAULTS.tls.minVersion };
}

function buildRouter(props: AgentGatewayProps): RouterModel {
  const router = props.router ?? {};
  const replicas = replicasOf(router);
  const secret = props.auth.apiKeys?.secret;
  return {
    ...(router.image === undefined ? {} : { image: router.image }),
    nodeImage: router.nodeImage ?? DEFAULTS.router.nodeImage,
    replicasMin: replicas.min,
    replicasMax: replicas.max,
    cpuMillicores: router.resources?.cpuMillicores ?? DEFAULTS.router.resources.cpuMillicores,
    memoryMebibytes: router.resources?.memoryMebibytes ?? DEFAULTS.router.resources.memoryMebibytes,
    terminationGraceSeconds: router.terminationGraceSeconds ?? DEFAULTS.router.terminationGraceSeconds,
    ...(secret === undefined ? {} : { apiKeysSecret: { ...secret } }),
  };
}

function buildStore(redis: RedisProps | undefined): StoreModel {
  if (redis?.external !== undefined) return { external: { urlSecret: { ...redis.external.urlSecret } } };
  const managed = redis?.managed ?? {};
  return {
    managed: {
      image: managed.image ?? DEFAULTS.redis.image,
      memoryMebibytes: managed.memoryMebibytes ?? DEFAULTS.redis.memoryMebibytes,
      ...(managed.passwordSecret === undefined ? {} : { passwordSecret: { ...managed.passwordSecret } }),
      ...(managed.persistence === undefined
        ? {}
        : { persistence: { ...DEFAULTS.redis.persistence, ...managed.persistence } }),
    },
  };
}
