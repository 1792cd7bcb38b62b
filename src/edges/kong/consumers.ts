/** Who may use the services that Kong decides about by itself, and how much: credentials and plans. */
import type { KongConsumerModel, KongDirectModel, KongDirectRouteModel } from '../../model/deployment-model';
import { REDIS_PORT, uuidOf } from '../../names';
import type { KongConsumer, KongPlaces, KongPlugin } from './kong-config';

/** The router counts in 0. Kong 3.9 mixes connections up where it is told of several. */
const REDIS_DATABASE = 1;
/** How long a request waits for Redis at most. */
const REDIS_TIMEOUT_MILLISECONDS = 500;
/** Kong 3.9 reads the variable `REDIS_PASSWORD` for it. */
const REDIS_PASSWORD = '{vault://env/redis-password}';

/** The text that stands in the file for the API key of a consumer, by its place among the consumers. */
export function keyPlaceholder(place: number): string {
  return `@API_KEY_${place}@`;
}

/** @param place among the consumers */
export function translateConsumer(
  consumer: KongConsumerModel,
  place: number,
  direct: KongDirectModel,
  { redis, usernameOf }: KongPlaces,
): KongConsumer {
  const { tenant, plan, apiKeySecret, jwt, windows } = consumer;
  return {
    username: usernameOf(tenant),
    plan,
    credentialId: uuidOf(`credential ${tenant}`),
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
  { redisPasswordSecret }: KongDirectModel,
  redisHost: string,
): KongPlugin {
  return {
    purpose: 'plan',
    name: 'rate-limiting',
    config: {
      ...Object.fromEntries(windows.map(({ name, requests }) => [name, requests])),
      limit_by: 'consumer',
      policy: 'redis',
      fault_tolerant: onStoreOutage === 'open',
      redis: {
        host: redisHost,
        port: REDIS_PORT,
        timeout: REDIS_TIMEOUT_MILLISECONDS,
        database: REDIS_DATABASE,
        ...(redisPasswordSecret === undefined ? {} : { password: REDIS_PASSWORD }),
      },
    },
  };
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
