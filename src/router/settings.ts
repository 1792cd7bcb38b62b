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
  /** `DECISION_PORT`: for an edge that asks before it sends requests on by itself. Default: nobody asks. */
  readonly decisionPort?: number;
  /** `TLS_DIRECTORY`: where the router's certificate, its key and `ca.crt` are. Default: plain HTTP. */
  readonly tlsDirectory?: string;
  /** `ADMIN_PORT`: for health, readiness and metrics. Default 9090; 0 = any free port. */
  readonly adminPort: number;
  /** `BIND_ADDRESS`: default `::`, which takes IPv4 too, or `0.0.0.0` on a machine without IPv6. */
  readonly bindAddress: string;
  /** `STORE_URL`: `redis://…`, `rediss://…`, or `memory:` for a router that is alone. */
  readonly storeUrl: string;
  /** `STORE_PASSWORD`: goes before a password in the URL. */
  readonly storePassword?: string;
  /** `STORE_CA`: certificates of authorities in PEM form, to trust in place of those that Node trusts. */
  readonly storeCa?: string;
  /** `STORE_SENTINEL_MASTER`: name of the master, where the URL names Sentinels. */
  readonly storeSentinelMaster?: string;
  /** `STORE_CLUSTER`: `true` where the URL names nodes of a Cluster. Default `false`. */
  readonly storeCluster: boolean;
  /** `API_KEYS_FILE`: where the API keys are; needed when the gateway takes API keys. */
  readonly apiKeysFile?: string;
  /** `SIGNING_KEYS_FILE`: where the keys of service tokens are; needed when a service has some. */
  readonly signingKeysFile?: string;
  /** `BACKEND_SECRETS_DIRECTORY`: where the Secrets of backends are, each in a folder of its name. */
  readonly backendSecretsDirectory?: string;
  /** Absent without `TRACE_ENDPOINT`: no spans are made. */
  readonly tracing?: TracingSettings;
  /** `DRAIN_SECONDS`: how long new requests are still served after the signal to stop. Default 5. */
  readonly drainSeconds: number;
  /** `GRACE_SECONDS`: from the signal until streams that still run are cut. Default 60. */
  readonly graceSeconds: number;
}

/** Where spans are sent, and which. */
export interface TracingSettings {
  /** `TRACE_ENDPOINT`: `http://…` or `https://…`, to which `/v1/traces` is added. */
  readonly url: string;
  /** `TRACE_HEADERS`: `name=value`, several with commas between, values percent-encoded. Default none. */
  readonly headers: Readonly<Record<string, string>>;
  /** `TRACE_SAMPLE_PERCENT`: share of the traces that are recorded. Default 100. */
  readonly samplePercent: number;
  /** `TRACE_SERVICE`: what spans say that they come from. Default `agent-gateway`. */
  readonly service: string;
  /** Set by tests alone; see `SpanExporterOptions`. */
  readonly batchMilliseconds?: number;
  readonly timeoutMilliseconds?: number;
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
  const storeCa = environment.STORE_CA || undefined;
  const storeSentinelMaster = environment.STORE_SENTINEL_MASTER || undefined;
  const apiKeysFile = environment.API_KEYS_FILE || undefined;
  const signingKeysFile = environment.SIGNING_KEYS_FILE || undefined;
  const backendSecretsDirectory = environment.BACKEND_SECRETS_DIRECTORY || undefined;
  const tracing = tracingSettings(environment);
  const tlsDirectory = environment.TLS_DIRECTORY || undefined;
  const decisions = environment.DECISION_PORT !== undefined && environment.DECISION_PORT !== '';
  return {
    documentPath: required(environment, 'GATEWAY_DOCUMENT', 'the path of the gateway document'),
    port: wholeNumber(environment, 'PORT', 8080, 65_535),
    ...(decisions ? { decisionPort: wholeNumber(environment, 'DECISION_PORT', 0, 65_535) } : {}),
    ...(tlsDirectory === undefined ? {} : { tlsDirectory }),
    adminPort: wholeNumber(environment, 'ADMIN_PORT', 9090, 65_535),
    bindAddress: environment.BIND_ADDRESS || '::',
    storeUrl: storeUrl(environment),
    ...(storePassword === undefined ? {} : { storePassword }),
    ...(storeCa === undefined ? {} : { storeCa }),
    ...(storeSentinelMaster === undefined ? {} : { storeSentinelMaster }),
    storeCluster: truth(environment, 'STORE_CLUSTER'),
    ...(apiKeysFile === undefined ? {} : { apiKeysFile }),
    ...(signingKeysFile === undefined ? {} : { signingKeysFile }),
    ...(backendSecretsDirectory === undefined ? {} : { backendSecretsDirectory }),
    ...(tracing === undefined ? {} : { tracing }),
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

function tracingSettings(environment: Environment): TracingSettings | undefined {
  const endpoint = environment.TRACE_ENDPOINT;
  if (endpoint === undefined || endpoint === '') return undefined;
  if (!/^https?:\/\/[^\s/@?#]+(\/[^\s@?#]*)?$/.test(endpoint) || !URL.canParse(endpoint)) {
    throw new SettingError(
      'TRACE_ENDPOINT',
      '(not such a URL)',
      'http://… or https://…, without user and query',
    );
  }
  return {
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    headers: traceHeaders(environment.TRACE_HEADERS ?? ''),
    samplePercent: percent(environment, 'TRACE_SAMPLE_PERCENT', 100),
    service: environment.TRACE_SERVICE || 'agent-gateway',
  };
}

/** In the form of `OTEL_EXPORTER_OTLP_HEADERS` (OpenTelemetry specification 1.x, "OTLP Exporter Configuration"). */
function traceHeaders(text: string): Record<string, string> {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  return Object.fromEntries(
    entries.map((entry) => {
      const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*([\x20-\x7e]*)$/.exec(entry) ?? [];
      const decoded = value === undefined ? undefined : decode(value);
      // Values are secrets, so the message shows none.
      if (name === undefined || decoded === undefined) {
        throw new SettingError('TRACE_HEADERS', '(not shown)', 'name=value, with commas between');
      }
      return [name.toLowerCase(), decoded];
    }),
  );
}

function decode(value: string): string | undefined {
  try {
    const text = decodeURIComponent(value);
    return /^[\t\x20-\x7e]*$/.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

function percent(environment: Environment, name: string, byDefault: number): number {
  const value = environment[name];
  if (value === undefined || value === '') return byDefault;
  const number = /^\d{1,3}(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
  if (!(number <= 100)) throw new SettingError(name, value, 'a number from 0 to 100');
  return number;
}
