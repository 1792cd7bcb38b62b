/** Props of Traefik → what its objects are made from. */
import { DEFAULTS } from '../model/defaults';
import type {
  FloodGuardModel,
  TlsModel,
  TraefikDirectModel,
  TraefikModel,
  TraefikTargetModel,
} from '../model/deployment-model';
import type { BackendProps } from '../props/backend-props';
import type { TraefikProps } from '../props/edge-props';
import type { AgentGatewayProps } from '../props/gateway-props';
import type { ServiceProps } from '../props/service-props';
import { mapSorted } from './build-gateway';
import { buildFloodGuard } from './flood-guard';

/** @param tls as it is for every edge */
export function buildTraefik(
  props: AgentGatewayProps,
  traefik: TraefikProps,
  tls: TlsModel | undefined,
): TraefikModel {
  const { ingressClass, refuseEncodedCharacters, routerTls } = traefik;
  const direct = buildDirect(props);
  return {
    version: traefik.version ?? DEFAULTS.traefik.version,
    namespace: traefik.namespace ?? DEFAULTS.traefik.namespace,
    podLabels: mapSorted(traefik.podLabels ?? DEFAULTS.traefik.podLabels, (value) => value),
    ...(ingressClass === undefined ? {} : { ingressClass }),
    httpEntryPoint: traefik.entryPoints?.http ?? DEFAULTS.traefik.entryPoints.http,
    httpsEntryPoint: traefik.entryPoints?.https ?? DEFAULTS.traefik.entryPoints.https,
    ...(traefik.floodGuard === false ? {} : { floodGuard: buildGuard(props, traefik) }),
    ...(refuseEncodedCharacters === true ? { refuseEncodedCharacters } : {}),
    ...(tls === undefined ? {} : { tls }),
    ...(routerTls === undefined ? {} : { routerTls: { ...routerTls } }),
    ...(direct.length === 0 ? {} : { direct }),
  };
}

function buildGuard(props: AgentGatewayProps, { floodGuard, trustedProxies }: TraefikProps): FloodGuardModel {
  const guard = floodGuard === false ? {} : { ...floodGuard };
  return {
    ...buildFloodGuard(props, guard.requestsPerSecond),
    forwardedForDepth: guard.forwardedForDepth ?? DEFAULTS.floodGuard.forwardedForDepth,
    ...(trustedProxies === undefined ? {} : { trustedProxies: [...trustedProxies].sort() }),
  };
}

/** Services that Traefik sends requests to by itself. */
function buildDirect(props: AgentGatewayProps): TraefikDirectModel[] {
  const names = Object.keys(props.services).filter((name) => props.services[name]?.via === 'edge');
  return names.sort().map((name) => {
    const service = props.services[name] as ServiceProps;
    const timeouts = { ...DEFAULTS.timeouts, ...props.timeouts, ...service.timeouts };
    const versions = Object.keys(props.versions ?? {}).sort();
    return {
      service: name,
      path: service.path === '/' ? '' : service.path,
      connectSeconds: timeouts.connectSeconds,
      firstByteSeconds: timeouts.firstByteSeconds,
      targets: (versions.length === 0 ? [''] : versions).flatMap((version) => buildTargets(service, version)),
    };
  });
}

/** A version with a target of its own is not part of the A/B test; one may be without the service. */
function buildTargets(service: ServiceProps, version: string): TraefikTargetModel[] {
  const own = service.versions?.[version];
  if (own === false) return [];
  if (own !== undefined) return [buildTarget(own.backend, { version })];
  const variants = Object.entries(service.variants ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  if (variants.length === 0) return [buildTarget(service.backend, { version })];
  return variants.map(([variant, { backend }]) => buildTarget(backend, { version, variant }));
}

function buildTarget(
  { service = '', namespace, port = 0, path }: BackendProps,
  way: Pick<TraefikTargetModel, 'version' | 'variant'>,
): TraefikTargetModel {
  return {
    ...way,
    name: service,
    ...(namespace === undefined ? {} : { namespace }),
    port,
    ...(path === undefined ? {} : { backendPath: path === '/' ? '' : path }),
  };
}
