/** Who may use the services that Kong decides about by itself, and how much: credentials, plans and their versions. */
import type { KongConsumerModel, KongDirectModel, KongDirectRouteModel } from '../../model/deployment-model';
import { uuidOf } from '../../names';
import type { KongConsumer, KongPlaces, KongPlugin } from './kong-config';

/** How long a request waits for Redis at most. */
const REDIS_TIMEOUT_MILLISECONDS = 500;

/** The text that stands in the file for the API key of a consumer, by its place among the consumers. */
export function keyPlaceholder(place: number): string {
  return `@API_KEY_${place}@`;
}

/**
 * @param gatewayName name of the gateway
 * @param place among the consumers
 */
export function translateConsumer(
  gatewayName: string,
  consumer: KongConsumerModel,
  place: number,
  direct: KongDirectModel,
  { redis, usernameOf }: KongPlaces,
): KongConsumer {
  const { tenant, plan, apiKeySecret, jwt, windows } = consumer;
  const idOf = (kind: string) => uuidOf(`${kind} ${gatewayName} ${tenant}`);
  const grouped = direct.routes.some(({ plans }) => plans !== undefined);
  return {
    id: idOf('consumer'),
    username: usernameOf(tenant),
    plan,
    ...(grouped ? { group: { id: idOf('group'), name: plan } } : {}),
    credentialId: idOf('credential'),
    ...(apiKeySecret === undefined
      ? {}
      : { keyPlaceholder: keyPlaceholder(place), keySecret: apiKeySecret.name }),
    ...(jwt === undefined ? {} : { jwt }),
    plugins: windows.length === 0 ? [] : [renderPlanPlugin(consumer, direct, redis)],
  };
}

/** One limit for all of a tenant's requests, in whatever Kong they arrive. */
function renderPlanPlugin(
  { windows, onStoreOutage }: KongConsumerModel,
  { redis }: KongDirectModel,
  ownHost: string,
): KongPlugin {
  const { host = ownHost, port, database, tls, username, passwordSecret } = redis;
  return {
    purpose: 'plan',
    name: 'rate-limiting',
    config: {
      ...Object.fromEntries(windows.map(({ name, requests }) => [name, requests])),
      limit_by: 'consumer',
      policy: 'redis',
      fault_tolerant: onStoreOutage === 'open',
      redis: {
        host,
        port,
        timeout: REDIS_TIMEOUT_MILLISECONDS,
        database,
        ...(tls ? { ssl: true, ssl_verify: true, server_name: host } : {}),
        ...(username === undefined ? {} : { username }),
      },
    },
    ...(passwordSecret === undefined ? {} : { redisPassword: passwordSecret }),
  };
}

/** A group that no consumer has, as Kong takes an empty list for none at all. */
const NOBODY = '(nobody)';

/** Which plans may use a route's version (contract R7). Without a group Kong would let nobody in: it fails closed. */
export function renderPlansPlugin({ plans }: KongDirectRouteModel): KongPlugin | undefined {
  if (plans === undefined) return undefined;
  const allow = plans.length === 0 ? [NOBODY] : plans;
  return { purpose: 'plans', name: 'acl', config: { allow, hide_groups_header: true } };
}

/** All consumers have the same kind of credential: of two kinds, Kong would ask for both. */
export function renderCredentialPlugin({ consumers }: KongDirectModel): KongPlugin {
  const tokens = consumers.some(({ jwt }) => jwt !== undefined);
  return { purpose: 'credential', ...(tokens ? JWT : KEY_AUTH) };
}

const JWT = {
  name: 'jwt',
  config: {
    key_claim_name: 'iss',
    // One that is listed must be there, and tokens without `nbf` are usual.
    claims_to_verify: ['exp'],
    header_names: ['authorization'],
    // Never in a URL, where logs would show it.
    uri_param_names: [],
    cookie_names: [],
    run_on_preflight: true,
  },
} as const;

const KEY_AUTH = {
  name: 'key-auth',
  config: {
    key_names: ['x-api-key'],
    hide_credentials: true,
    key_in_header: true,
    key_in_query: false,
    key_in_body: false,
    run_on_preflight: true,
  },
} as const;

/** Kong itself must know the limit where no router is behind it. */
export function renderBodyLimitPlugin({ bodyLimitBytes }: KongDirectRouteModel): KongPlugin {
  return {
    purpose: 'body-limit',
    name: 'request-size-limiting',
    config: { allowed_payload_size: bodyLimitBytes, size_unit: 'bytes', require_content_length: false },
  };
}
