/** Services → where their requests go in each version, with every backend under one id. */
import { DEFAULTS } from '../model/defaults';
import type {
  BackendChainModel,
  RequirementsModel,
  ServiceModel,
  ServiceVersionModel,
  TargetModel,
  VariantModel,
} from '../model/gateway-model';
import { compareModelPatterns } from '../model/model-pattern';
import type { BackendProps, TargetProps } from '../props/backend-props';
import type { AgentGatewayProps } from '../props/gateway-props';
import type { RequirementsProps, ServiceProps } from '../props/service-props';
import type { Backends } from './build-backend';
import { buildFailover } from './build-failover';
import { buildTransforms } from './build-transforms';

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
