/** Props without problems → the model that the router decides by. Fills defaults in, sorts, gives backends ids. */
import { own } from '../model/caller';
import { DEFAULTS } from '../model/defaults';
import {
  type CorsModel,
  type EdgeDuty,
  type GatewayModel,
  type IdentityModel,
  type IssuerModel,
  MODEL_FORMAT,
  type TenantModel,
  type VersionModel,
} from '../model/gateway-model';
import { EXPOSED_HEADERS } from '../model/headers';
import type { AuthProps, JwtProps } from '../props/auth-props';
import type { CorsProps } from '../props/cors-props';
import type { EdgeProps } from '../props/edge-props';
import type { AgentGatewayProps } from '../props/gateway-props';
import type { TenantProps } from '../props/plan-props';
import type { SecurityHeadersProps } from '../props/security-headers-props';
import type { VersionProps } from '../props/version-props';
import { Backends } from './build-backend';
import { buildPlan } from './build-plan';
import { buildService } from './build-service';
import { impliedDefaultPlan, sum } from './check-helpers';
import { replicaBounds } from './replica-bounds';
import { dateSeconds } from './syntax';
import { impliedDefaultVersion } from './version-checks';

/** The part of the model that the router reads. Props that say the same in another order give the same model. */
export function buildGateway(props: AgentGatewayProps): GatewayModel {
  const backends = new Backends();
  const defaultVersion = impliedDefaultVersion(props) ?? '';
  const versionNames = Object.keys(props.versions ?? {});
  return {
    format: MODEL_FORMAT,
    hosts: props.hosts.map((host) => host.toLowerCase()).sort(),
    basePath: plainPath(props.basePath),
    identity: buildIdentity(props.auth, servicesBehindRouter(props)),
    plans: mapSorted(props.plans, buildPlan),
    defaultPlan: impliedDefaultPlan(props),
    ...(props.planLookup === undefined
      ? {}
      : { planLookup: { keyPrefix: props.planLookup.keyPrefix ?? DEFAULTS.planLookup.keyPrefix } }),
    tenants: mapSorted(props.tenants ?? {}, buildTenant),
    versions: mapSorted(props.versions ?? {}, (version, name) =>
      buildVersion(props, version, name, defaultVersion),
    ),
    defaultVersion,
    services: mapSorted(servicesBehindRouter(props), (service) =>
      buildService(props, service, versionNames, backends),
    ),
    backends: backends.sorted(),
    ...(props.cors === undefined ? {} : { cors: buildCors(props.cors) }),
    securityHeaders: buildSecurityHeaders(props.securityHeaders),
    edgeDuties: edgeDuties(props.edge),
    replicasMax: replicaBounds(props.router?.replicas).max,
  };
}

/** Services that Kong decides about by itself are not the router's. Traefik asks the router. */
function servicesBehindRouter({ edge, services }: AgentGatewayProps): AgentGatewayProps['services'] {
  if (edge.kong === undefined) return services;
  return Object.fromEntries(Object.entries(services).filter(([, { via }]) => via !== 'edge'));
}

/** What the router must know of a tenant, without the credentials of an edge. */
function buildTenant({ plan, version }: TenantProps): TenantModel {
  return { ...(plan === undefined ? {} : { plan }), ...(version === undefined ? {} : { version }) };
}

/** Maps the entries of a map, in the order of their names: the order in which a user writes never matters. */
export function mapSorted<T, R>(
  map: Readonly<Record<string, T>>,
  make: (entry: T, name: string) => R,
): Record<string, R> {
  const names = Object.keys(map).sort();
  return Object.fromEntries(names.map((name) => [name, make(map[name] as T, name)]));
}

/** `/api` as it is; the root as nothing, because everything is put behind it. */
export function plainPath(path: string | undefined): string {
  return path === undefined || path === '/' ? '' : path;
}

function buildIdentity(auth: AuthProps, services: AgentGatewayProps['services']): IdentityModel {
  const { jwt = [], apiKeys, serviceTokens } = auth;
  const issuers = [jwt].flat().map(buildIssuer);
  const required = Object.values(services).flatMap(({ requires }) => Object.keys(requires?.claims ?? {}));
  return {
    issuers: issuers.sort((a, b) => (a.issuer < b.issuer ? -1 : 1)),
    apiKeys: apiKeys !== undefined,
    requiredClaims: [...new Set(required)].sort(),
    ...(serviceTokens === undefined ? {} : { serviceTokens: { issuer: serviceTokens.issuer } }),
  };
}

function buildIssuer(jwt: JwtProps): IssuerModel {
  const keys = jwt.jwks?.keys.map((key) => mapSorted({ ...key }, (member) => member));
  return {
    issuer: jwt.issuer,
    audience: jwt.audience,
    ...(jwt.jwksUrl === undefined ? {} : { jwksUrl: jwt.jwksUrl }),
    ...(keys === undefined
      ? {}
      : { keys: keys.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) }),
    algorithms: [...(jwt.algorithms ?? DEFAULTS.jwt.algorithms)].sort(),
    clockToleranceSeconds: jwt.clockToleranceSeconds ?? DEFAULTS.jwt.clockToleranceSeconds,
    claims: { ...DEFAULTS.jwt.claims, ...jwt.claims },
  };
}

function buildVersion(
  props: AgentGatewayProps,
  version: VersionProps,
  name: string,
  defaultVersion: string,
): VersionModel {
  const others = Object.entries(props.versions ?? {}).filter(([other]) => other !== defaultVersion);
  const rest = 100 - sum(others.map(([, other]) => other.weightPercent));
  const successor = version.successor ?? (name === defaultVersion ? undefined : defaultVersion);
  return {
    weightPercent: name === defaultVersion ? rest : (version.weightPercent ?? 0),
    ...(version.deprecated === undefined
      ? {}
      : { deprecatedAtSeconds: dateSeconds(version.deprecated) ?? 0 }),
    ...(version.sunset === undefined ? {} : { sunsetAtSeconds: dateSeconds(version.sunset) ?? 0 }),
    ...(successor === undefined ? {} : { successor }),
  };
}

function buildCors(cors: CorsProps): CorsModel {
  return {
    origins: [...(cors.origins ?? [])].sort(),
    originPatterns: [...(cors.originPatterns ?? [])].sort(),
    methods: [...(cors.methods ?? DEFAULTS.cors.methods)].sort(),
    headers: [...(cors.headers ?? DEFAULTS.cors.headers)].sort(),
    exposeHeaders: [...new Set([...EXPOSED_HEADERS, ...(cors.exposeHeaders ?? [])])].sort(),
    credentials: cors.credentials ?? DEFAULTS.cors.credentials,
    maxAgeSeconds: cors.maxAgeSeconds ?? DEFAULTS.cors.maxAgeSeconds,
  };
}

function buildSecurityHeaders(props: SecurityHeadersProps = {}): Record<string, string> {
  const hstsSeconds = props.hstsSeconds ?? DEFAULTS.securityHeaders.hstsSeconds;
  return {
    ...(hstsSeconds === 0
      ? {}
      : { 'strict-transport-security': `max-age=${hstsSeconds}; includeSubDomains` }),
    'x-content-type-options': 'nosniff',
    'x-frame-options': props.frameOptions ?? DEFAULTS.securityHeaders.frameOptions,
  };
}

/** What each edge does on the way to the router. */
const EDGE_DUTIES: Readonly<Record<keyof EdgeProps, readonly EdgeDuty[]>> = {
  traefik: ['cors', 'forwarded-headers', 'security-headers'],
  kong: ['cors', 'forwarded-headers', 'security-headers'],
  none: [],
};

function edgeDuties(edge: EdgeProps): readonly EdgeDuty[] {
  const name = Object.keys(edge)[0] ?? '';
  return own(EDGE_DUTIES, name) ?? [];
}
