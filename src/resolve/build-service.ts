/** Services → where their requests go in each version, with every backend under one id. */
import { DEFAULTS } from '../model/defaults';
import type {
  BackendChainModel,
  BackendModel,
  RequirementsModel,
  ServiceModel,
  ServiceVersionModel,
  TargetModel,
  VariantModel,
} from '../model/gateway-model';
import { compareModelPatterns } from '../model/model-pattern';
import type { BackendProps, FallbackProps, TargetProps } from '../props/backend-props';
import type { AgentGatewayProps } from '../props/gateway-props';
import type { RequirementsProps, ServiceProps } from '../props/service-props';
import { buildFailover } from './build-failover';
import { buildTransforms } from './build-transforms';

/** Backends met so far. The same Service, port and path is one backend, however often it is written. */
export class Backends {
  private readonly byId = new Map<string, BackendModel>();

  /** The id of a backend: `agent-service:8000`, `agent-service.agents.svc:8000/v1`. */
  add(props: FallbackProps): string {
    const host = backendHost(props);
    const id = `${host}:${props.port}${props.path ?? ''}`;
    const path = props.path === undefined ? {} : { path: props.path === '/' ? '' : props.path };
    this.byId.set(id, { host, port: props.port, ...path });
    return id;
  }

  sorted(): Record<string, BackendModel> {
    return Object.fromEntries([...this.byId].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** A name without dots is found in the pod's own namespace first (Kubernetes docs, "DNS for Services and Pods"). */
export function backendHost({ service, namespace }: FallbackProps): string {
  return namespace === undefined ? service : `${service}.${namespace}.svc`;
}

/** One service in every version that has it. Adds its backends to `backends`. */
export function buildService(
  gateway: AgentGatewayProps,
  service: ServiceProps,
  versionNames: readonly string[],
  backends: Backends,
): ServiceModel {
  // Without versions in the path there is one life, and its name is nothing.
  const versions = versionNames.length === 0 ? [''] : [...versionNames].sort();
  return {
    path: service.path === '/' ? '' : service.path,
    ...(service.methods === undefined ? {} : { methods: [...service.methods].sort() }),
    bodyLimitBytes: service.bodyLimitBytes ?? gateway.bodyLimitBytes ?? DEFAULTS.bodyLimitBytes,
    timeouts: { ...DEFAULTS.timeouts, ...gateway.timeouts, ...service.timeouts },
    ...(service.requires === undefined ? {} : { requires: buildRequirements(service.requires) }),
    ...(service.serviceToken === undefined
      ? {}
      : { serviceToken: { ...DEFAULTS.serviceToken, ...service.serviceToken } }),
    ...buildFailover(service),
    ...buildTransforms(service),
    versions: Object.fromEntries(
      versions.flatMap((version): [string, ServiceVersionModel][] => {
        const own = service.versions?.[version];
        return own === false ? [] : [[version, buildServiceVersion(service, own, backends)]];
      }),
    ),
  };
}

function buildRequirements({ scopes = [], claims = {} }: RequirementsProps): RequirementsModel {
  const byName = Object.entries(claims).sort(([a], [b]) => (a < b ? -1 : 1));
  return { scopes: [...scopes].sort(), claims: Object.fromEntries(byName) };
}

/** A version with a target of its own is not part of the A/B test. */
function buildServiceVersion(
  service: ServiceProps,
  own: TargetProps | undefined,
  backends: Backends,
): ServiceVersionModel {
  const variants = own === undefined ? (service.variants ?? {}) : {};
  return {
    target: buildTarget(own ?? service, backends),
    variants: Object.keys(variants)
      .sort()
      .map((name): VariantModel => {
        const variant = variants[name] as NonNullable<(typeof variants)[string]>;
        return { name, weightPercent: variant.weightPercent, target: buildTarget(variant, backends) };
      }),
  };
}

function buildTarget(target: TargetProps, backends: Backends): TargetModel {
  const models = Object.entries(target.models ?? {})
    .sort(([a], [b]) => compareModelPatterns(a, b))
    .map(([pattern, backend]) => ({ pattern, ...buildChain(backend, backends) }));
  return { ...buildChain(target.backend, backends), models };
}

function buildChain(props: BackendProps, backends: Backends): BackendChainModel {
  const backend = backends.add(props);
  if (props.fallbacks === undefined) return { backend };
  return { backend, fallbacks: props.fallbacks.map((fallback) => backends.add(fallback)) };
}
