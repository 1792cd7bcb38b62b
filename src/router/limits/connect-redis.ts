/** From an address to a client of Redis: a single server, the master that Sentinels know, or a Cluster. */
import Redis, { Cluster } from 'ioredis';

/** Where Redis is. */
export interface RedisAddress {
  /** `redis://…` or `rediss://…`; with Sentinel or Cluster several hosts, with commas between them. */
  readonly url: string;
  /** Goes before a password in the URL. */
  readonly password?: string;
  /** Certificates of authorities in PEM form, for TLS. Default: those that Node trusts. */
  readonly ca?: string;
  /** Name of the master: the hosts are Sentinels then. */
  readonly sentinelMaster?: string;
  /** Whether the hosts are nodes of a Cluster. */
  readonly cluster?: boolean;
}

/** As much of a client as is used. ioredis' own types have every command of Redis, which takes the compiler seconds to compare. */
export interface RedisClient {
  readonly status: string;
  on(name: 'error', listener: (error: Error) => void): unknown;
  /** From now on the client has a method of that name, which runs the script. */
  defineCommand(name: string, definition: { readonly lua: string; readonly numberOfKeys?: number }): void;
  info(section: string): Promise<string>;
  set(key: string, value: string): Promise<unknown>;
  zrem(key: string, member: string): Promise<number>;
  /** @param reconnect whether to connect anew at once */
  disconnect(reconnect?: boolean): void;
}

/** Longest wait between two attempts to connect. */
const RECONNECT_MILLISECONDS_MOST = 1_000;
const CONNECT_MILLISECONDS_MOST = 2_000;
/** How long a connection that is given up may take to close. */
const DISCONNECT_MILLISECONDS_MOST = 100;
/** Longest wait for what a Cluster's nodes say of its slots. */
const SLOTS_MILLISECONDS_MOST = 1_000;
const SENTINEL_PORT = 26_379;
const REDIS_PORT = 6_379;

const URL_FORM = /^(rediss?):\/\/(?:([^@/]*)@)?([^@/?#]+)(?:\/(\d+)?)?(?:[?#].*)?$/;

/** @throws for an address of another form; the message does not show it, because it can hold a password */
export function connectRedis(address: RedisAddress): RedisClient {
  const { url, password, sentinelMaster, cluster, ca } = address;
  const secure = ca === undefined ? {} : { ca };
  if (sentinelMaster === undefined && cluster !== true) {
    return new Redis(url, {
      ...SINGLE,
      ...(password === undefined ? {} : { password }),
      ...(url.startsWith('rediss:') ? { tls: secure } : {}),
    });
  }
  const { hosts, credentials, tls, database } = readAddress(
    url,
    sentinelMaster === undefined ? REDIS_PORT : SENTINEL_PORT,
  );
  const login = { ...credentials, ...(password === undefined ? {} : { password }) };
  if (cluster === true) {
    const { retryStrategy, ...node } = CONNECTION;
    return new Cluster(hosts, {
      enableOfflineQueue: false,
      enableAutoPipelining: true,
      clusterRetryStrategy: retryStrategy,
      slotsRefreshTimeout: SLOTS_MILLISECONDS_MOST,
      // A certificate names hosts: with TLS, their names go on as they are.
      ...(tls ? { dnsLookup: (name, found) => found(null, name) } : {}),
      redisOptions: { ...node, ...login, ...(tls ? { tls: secure } : {}) },
    });
  }
  return new Redis({
    ...SINGLE,
    ...login,
    sentinels: hosts,
    name: sentinelMaster as string,
    db: database,
    sentinelRetryStrategy: CONNECTION.retryStrategy,
    ...(tls ? { tls: secure, sentinelTLS: secure, enableTLSForSentinelMode: true } : {}),
  });
}

/** Nothing waits: a command that cannot be sent fails at once, and the outage policy decides. */
const CONNECTION = {
  enableOfflineQueue: false,
  // The store's own pings ask whether Redis counts yet. ioredis would ask for INFO, and say past the log where that is forbidden.
  enableReadyCheck: false,
  enableAutoPipelining: true,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  connectTimeout: CONNECT_MILLISECONDS_MOST,
  disconnectTimeout: DISCONNECT_MILLISECONDS_MOST,
  retryStrategy: (attempt: number) => Math.min(attempt * 50, RECONNECT_MILLISECONDS_MOST),
  // A master that has become a replica: who asks again is sent to the new one.
  reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
} as const;

/** `RedisTakes` gathers them itself, where there is one connection. */
const SINGLE = { ...CONNECTION, autoPipeliningIgnoredCommands: ['agwTake', 'zrem'] };

function readAddress(url: string, defaultPort: number) {
  const found = URL_FORM.exec(url);
  if (found === null) throw new Error('expected redis://host:port,host:port or rediss://host:port,host:port');
  const [, scheme, login = '', hosts = '', database = '0'] = found;
  const colon = login.indexOf(':');
  const username = decodeURIComponent(colon === -1 ? login : login.slice(0, colon));
  const password = colon === -1 ? '' : decodeURIComponent(login.slice(colon + 1));
  return {
    tls: scheme === 'rediss',
    database: Number(database),
    credentials: { ...(username === '' ? {} : { username }), ...(password === '' ? {} : { password }) },
    hosts: hosts.split(',').map((host) => hostAndPort(host, defaultPort)),
  };
}

/** `redis-0:6379`, `redis-0`, `[2001:db8::1]:6379` */
function hostAndPort(text: string, defaultPort: number) {
  const [, six, name, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text.trim()) ?? [];
  const host = six ?? name;
  if (host === undefined) throw new Error('expected host:port in the URL');
  return { host, port: port === undefined ? defaultPort : Number(port) };
}
