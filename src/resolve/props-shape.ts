/** The shape of everything that a user writes, member by member. */
import type { CorsProps } from '../props/cors-props';
import type { EdgeProps, TlsProps } from '../props/edge-props';
import type { AgentGatewayProps } from '../props/gateway-props';
import type {
  EdgeCredentialsProps,
  EdgeJwtProps,
  PlanLookupProps,
  PlanProps,
  TenantProps,
} from '../props/plan-props';
import type { SecurityHeadersProps } from '../props/security-headers-props';
import type { OtlpProps, TracingProps } from '../props/tracing-props';
import type { VersionProps } from '../props/version-props';
import type {
  ExternalRedisProps,
  ManagedRedisProps,
  PersistenceProps,
  RedisProps,
  ResourcesProps,
  RouterProps,
} from '../props/workload-props';
import { auth, SIGNATURE_ALGORITHMS } from './auth-shape';
import { kong } from './kong-shape';
import { bytes, service, timeouts } from './service-shape';
import { list, map, object, optional, required, type Shape } from './shape';
import { collectorUrl, date, origin, originPattern } from './syntax';
import { traefik } from './traefik-shape';
import {
  dottedName,
  headerName,
  host,
  image,
  integer,
  label,
  labelName,
  labelValue,
  method,
  modelPattern,
  path,
  percent,
  publicKeyPem,
  redisKeyPrefix,
  text,
  truth,
  visible,
  word,
} from './values';
import { replicas, secretKeyShape } from './workload-shape';

const plan = object<PlanProps>({
  requestsPerMinute: optional(integer(1, 100_000)),
  requestsPerHour: optional(integer(1, 1_000_000)),
  requestsPerDay: optional(integer(1, 1_000_000_000)),
  tokensPerMinute: optional(integer(1, 1_000_000_000)),
  tokensPerDay: optional(integer(1, 1_000_000_000_000)),
  limitBy: optional(word(['caller', 'tenant', 'service'])),
  concurrentRequests: optional(integer(1, 10_000)),
  onStoreOutage: optional(word(['open', 'closed', 'local'])),
  models: optional(list(modelPattern)),
  versions: optional(list(dottedName)),
});

const planLookup = object<PlanLookupProps>({
  keyPrefix: optional(redisKeyPrefix),
  writers: optional(map(labelName, labelValue, 1)),
});

const edgeCredentials = object<EdgeCredentialsProps>({
  apiKey: optional(secretKeyShape),
  jwt: optional(
    object<EdgeJwtProps>({
      issuer: required(visible, 'the value of the iss claim'),
      algorithm: required(word(SIGNATURE_ALGORITHMS), 'the signature algorithm'),
      publicKey: required(publicKeyPem, "the issuer's public key"),
    }),
  ),
});

const tenant = object<TenantProps>({
  plan: optional(label()),
  version: optional(dottedName),
  edgeCredentials: optional(edgeCredentials),
});

const version = object<VersionProps>({
  weightPercent: optional(percent),
  deprecated: optional(date),
  sunset: optional(date),
  successor: optional(dottedName),
});

const cors = object<CorsProps>({
  origins: optional(list(origin)),
  originPatterns: optional(list(originPattern)),
  methods: optional(list(method, 1)),
  headers: optional(list(headerName)),
  exposeHeaders: optional(list(headerName)),
  credentials: optional(truth),
  maxAgeSeconds: optional(integer(0, 86_400)),
});

const securityHeaders = object<SecurityHeadersProps>({
  hstsSeconds: optional(integer(0, 63_072_000)),
  frameOptions: optional(word(['DENY', 'SAMEORIGIN'])),
});

const edge = object<EdgeProps>({
  traefik: optional(traefik),
  kong: optional(kong),
  none: optional(object<Record<never, never>>({})),
});

const tls = object<TlsProps>({
  certResolver: optional(visible),
  secretName: optional(dottedName),
  minVersion: optional(word(['1.2', '1.3'])),
});

const router = object<RouterProps>({
  image: optional(image),
  nodeImage: optional(image),
  replicas: optional(replicas),
  resources: optional(
    object<ResourcesProps>({
      cpuMillicores: optional(integer(10, 64_000)),
      memoryMebibytes: optional(integer(128, 65_536)),
    }),
  ),
  terminationGraceSeconds: optional(integer(20, 7_200)),
});

const redis = object<RedisProps>({
  managed: optional(
    object<ManagedRedisProps>({
      image: optional(image),
      memoryMebibytes: optional(integer(64, 65_536)),
      passwordSecret: optional(secretKeyShape),
      persistence: optional(
        object<PersistenceProps>({
          sizeGibibytes: optional(integer(1, 1_024)),
          storageClass: optional(dottedName),
        }),
      ),
    }),
  ),
  external: optional(
    object<ExternalRedisProps>({
      urlSecret: required(secretKeyShape, 'a reference { name, key } to a Secret'),
      caSecret: optional(secretKeyShape),
      sentinelMaster: optional(visible),
      cluster: optional(truth),
    }),
  ),
});

const tracing = object<TracingProps>({
  otlp: required(
    object<OtlpProps>({
      endpoint: required(collectorUrl, 'the address of the collector'),
      headersSecret: optional(secretKeyShape),
    }),
    'where spans are sent: { endpoint }',
  ),
  samplePercent: optional(percent),
});

/** The whole of the props. */
export const propsShape: Shape<AgentGatewayProps> = object<AgentGatewayProps>({
  name: optional(label(37)),
  hosts: required(list(host, 1), 'a list of host names'),
  basePath: optional(path),
  edge: required(edge, 'the proxy at the border, such as { traefik: {} }'),
  tls: optional(tls),
  auth: required(auth, 'how callers prove who they are: { jwt } or { apiKeys }'),
  plans: required(map(label(), plan, 1), 'plans by name'),
  defaultPlan: optional(label()),
  planLookup: optional(planLookup),
  services: required(map(label(), service, 1), 'services by name'),
  versions: optional(map(dottedName, version)),
  defaultVersion: optional(dottedName),
  tenants: optional(map(text(256), tenant)),
  cors: optional(cors),
  securityHeaders: optional(securityHeaders),
  bodyLimitBytes: optional(bytes),
  timeouts: optional(timeouts),
  router: optional(router),
  redis: optional(redis),
  tracing: optional(tracing),
});
