/**
 * The environment variables that start the router, in one table. `main.ts` reads them once; nothing else looks at
 * the environment.
 */

/** What the router needs to know besides the gateway document. */
export interface RouterSettings {
  /** `GATEWAY_DOCUMENT`: file that holds the `GatewayModel` as JSON. */
  readonly documentPath: string;
  /** `PORT`: for requests. Default 8080; 0 = any free port, named in the `started` line of the log. */
  readonly port: number;
  /** `ADMIN_PORT`: for health, readiness and metrics. Default 9090; 0 = any free port. */
  readonly adminPort: number;
  /** `BIND_ADDRESS`: default `::`, which takes IPv4 too, or `0.0.0.0` on a machine without IPv6. */
  readonly bindAddress: string;
  /** `STORE_URL`: `redis://…`, `rediss://…`, or `memory:` for a router that is alone. */
  readonly storeUrl: string;
  /** `STORE_PASSWORD`: goes before a password in the URL. */
  readonly storePassword?: string;
  /** `STORE_SENTINEL_MASTER`: name of the master, where the URL names Sentinels. */
  readonly storeSentinelMaster?: string;
  /** `STORE_CLUSTER`: `true` where the URL names nodes of a Cluster. Default `false`. */
  readonly storeCluster: boolean;
  /** `API_KEYS_FILE`: where the API keys are; needed when the gateway takes API keys. */
  readonly apiKeysFile?: string;
  /** `DRAIN_SECONDS`: how long new requests are still served after the signal to stop. Default 5. */
  readonly drainSeconds: number;
  /** `GRACE_SECONDS`: from the signal until streams that still run are cut. Default 60. */
  readonly graceSeconds: number;
}

/** A variable that stops the start. The message names it, what it holds and what it may hold; never a secret. */
export class SettingError extends Error {
  constructor(name: string, got: string | undefined, expected: string) {
    super(`${name}: got ${got === undefined ? 'nothing' : JSON.stringify(got)}, expected ${expected}`);
    this.name = 'SettingError';
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws SettingError for the first variable that is missing or bad */
export function readSettings(environment: Environment): RouterSettings {
  const storePassword = environment.STORE_PASSWORD || undefined;
  const storeSentinelMaster = environment.STORE_SENTINEL_MASTER || undefined;
  const apiKeysFile = environment.API_KEYS_FILE || undefined;
  return {
    documentPath: required(environment, 'GATEWAY_DOCUMENT', 'the path of the gateway document'),
    port: wholeNumber(environment, 'PORT', 8080, 65_535),
    adminPort: wholeNumber(environment, 'ADMIN_PORT', 9090, 65_535),
    bindAddress: environment.BIND_ADDRESS || '::',
    storeUrl: storeUrl(environment),
    ...(storePassword === undefined ? {} : { storePassword }),
    ...(storeSentinelMaster === undefined ? {} : { storeSentinelMaster }),
    storeCluster: truth(environment, 'STORE_CLUSTER'),
    ...(apiKeysFile === undefined ? {} : { apiKeysFile }),
    drainSeconds: wholeNumber(environment, 'DRAIN_SECONDS', 5, 3_600),
    graceSeconds: wholeNumber(environment, 'GRACE_SECONDS', 60, 86_400),
  };
}

function required(environment: Environment, name: string, expected: string): string {
  const value = environment[name];
  if (value === undefined || value === '') throw new SettingError(name, value, expected);
  return value;
}

function truth(environment: Environment, name: string): boolean {
  const value = environment[name] || 'false';
  if (value !== 'true' && value !== 'false') throw new SettingError(name, value, 'true or false');
  return value === 'true';
}

function wholeNumber(environment: Environment, name: string, byDefault: number, most: number): number {
  const value = environment[name];
  if (value === undefined || value === '') return byDefault;
  const number = /^\d{1,6}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number <= most)) throw new SettingError(name, value, `a whole number from 0 to ${most}`);
  return number;
}

function storeUrl(environment: Environment): string {
  const expected = 'redis://…, rediss://… or memory:';
  const value = required(environment, 'STORE_URL', expected);
  if (value === 'memory:' || /^rediss?:\/\/./.test(value)) return value;
  // A URL can hold a password, so the message shows no more than the scheme.
  throw new SettingError('STORE_URL', /^[a-z]{0,12}:/.exec(value)?.[0] ?? '(not a URL)', expected);
}
