/** The shape of services and of the backends behind them. */
import type {
  BackendCredentialProps,
  BackendProps,
  BackendTlsProps,
  FallbackProps,
  TargetProps,
} from '../props/backend-props';
import type { CircuitBreakerProps, FailoverProps } from '../props/failover-props';
import type {
  RequirementsProps,
  ServiceProps,
  ServiceTokenProps,
  TimeoutsProps,
  VariantProps,
} from '../props/service-props';
import type { HeaderChangesProps, JsonChangesProps } from '../props/transform-props';
import { checkAddress } from './backend-checks';
import { list, map, object, optional, orFalse, required } from './shape';
import { backendUrl } from './syntax';
import {
  dottedName,
  headerName,
  headerValue,
  host,
  integer,
  jsonName,
  jsonPath,
  label,
  method,
  modelPattern,
  numberFrom,
  path,
  percent,
  scalar,
  scope,
  text,
  truth,
  visible,
  word,
} from './values';
import { secretKeyShape } from './workload-shape';

/** Of a body. */
export const bytes = integer(1, 1_073_741_824);

const fallback = {
  service: optional(label()),
  port: optional(integer(1, 65_535)),
  namespace: optional(label()),
  path: optional(path),
  url: optional(backendUrl),
  trusted: optional(truth),
  tls: optional(
    object<BackendTlsProps>({
      caSecret: optional(secretKeyShape),
      clientSecretName: optional(dottedName),
      serverName: optional(host),
    }),
  ),
  headers: optional(map(headerName, headerValue, 1)),
  credential: optional(
    object<BackendCredentialProps>({
      secret: required(secretKeyShape, 'a reference { name, key } to a Secret'),
      header: optional(headerName),
      scheme: optional(visible),
    }),
  ),
};

const backend = object<BackendProps>(
  { ...fallback, fallbacks: optional(list(object<FallbackProps>(fallback, checkAddress), 1)) },
  checkAddress,
);

const target = {
  backend: required(backend, 'a backend { service, port }'),
  models: optional(map(modelPattern, backend, 1)),
};

/** Waiting for backends. */
export const timeouts = object<TimeoutsProps>({
  connectSeconds: optional(numberFrom(1, 60)),
  firstByteSeconds: optional(numberFrom(1, 3_600)),
  idleSeconds: optional(numberFrom(1, 3_600)),
});

const variant = object<VariantProps>({
  ...target,
  weightPercent: required(percent, 'the share of the callers in percent'),
});

const headerChanges = object<HeaderChangesProps>({
  set: optional(map(headerName, headerValue, 1)),
  add: optional(map(headerName, headerValue, 1)),
  remove: optional(list(headerName, 1)),
});

const jsonChanges = object<JsonChangesProps>({
  rename: optional(map(jsonPath, jsonName, 1)),
  defaults: optional(map(jsonPath, scalar, 1)),
  remove: optional(list(jsonPath, 1)),
});

const failover = object<FailoverProps>({
  statuses: optional(list(integer(400, 599), 1)),
  repeatUnsafe: optional(truth),
  budgetPercent: optional(percent),
});

const circuitBreaker = object<CircuitBreakerProps>({
  consecutiveFailures: optional(integer(1, 1_000)),
  openSeconds: optional(numberFrom(1, 3_600)),
});

/** One service. */
export const service = object<ServiceProps>({
  ...target,
  path: required(path, 'a path such as "/agents"'),
  methods: optional(list(method, 1)),
  versions: optional(map(dottedName, orFalse(object<TargetProps>(target)))),
  variants: optional(map(label(), variant, 1)),
  bodyLimitBytes: optional(bytes),
  timeouts: optional(timeouts),
  requires: optional(
    object<RequirementsProps>({
      scopes: optional(list(scope, 1)),
      claims: optional(map(visible, text(256), 1)),
    }),
  ),
  serviceToken: optional(
    object<ServiceTokenProps>({
      audience: required(visible, 'the value of the aud claim'),
      ttlSeconds: optional(integer(10, 3_600)),
    }),
  ),
  failover: optional(failover),
  circuitBreaker: optional(orFalse(circuitBreaker)),
  requestHeaders: optional(headerChanges),
  responseHeaders: optional(headerChanges),
  requestJson: optional(jsonChanges),
  responseJson: optional(jsonChanges),
  via: optional(word(['router', 'edge'])),
});
