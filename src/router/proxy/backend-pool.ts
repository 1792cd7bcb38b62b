/**
 * The connections to the backends of a gateway. Idle ones are closed before common servers close them (uvicorn after
 * 5 s), so that a request rarely meets a connection that has just died.
 */
import type { BackendModel } from '../../model/gateway-model';
import type { SecretFiles } from '../secret-files';
import { BackendConnection, type ConnectionHome } from './backend-connection';
import { type Connector, connectorOf } from './connector';

/** How long an idle connection is kept, unless the backend's `Keep-Alive` header names another time. */
const IDLE_MILLISECONDS = 4_000;
/** No backend's hint keeps a connection for longer. */
const IDLE_MILLISECONDS_MOST = 90_000;
/** A connection is given up so long before the backend would close it. */
const SAFETY_MILLISECONDS = 1_000;
/** Idle connections to one backend that are kept at most. */
const IDLE_CONNECTIONS_MOST = 256;
/**
 * A connection of this age takes no more requests: one that is always busy would never see a new pod of the backend, nor
 * a change of its address. Each has up to a fifth less, so that they do not all end at once.
 */
const AGE_MILLISECONDS_MOST = 60_000;
/** How often idle connections are looked at. */
const SWEEP_MILLISECONDS = 500;

interface IdleConnection {
  readonly connection: BackendConnection;
  /** On the clock of `performance.now()`. */
  readonly until: number;
}

/** The connections to one backend. */
class BackendPool implements ConnectionHome {
  private idle: IdleConnection[] = [];
  private readonly all = new Set<BackendConnection>();

  constructor(
    readonly connector: Connector,
    private readonly ageMillisecondsMost: number,
  ) {}

  /** The connection that was used last, which is the least likely to have died, or a new one. */
  take(connectMilliseconds: number): BackendConnection {
    const now = performance.now();
    for (let found = this.idle.pop(); found !== undefined; found = this.idle.pop()) {
      if (found.connection.usable && found.until > now) return found.connection;
      found.connection.socket.destroy();
    }
    const connection = new BackendConnection(this.connector, connectMilliseconds, this);
    connection.retiresAt = now + this.ageMillisecondsMost * (1 - Math.random() / 5);
    this.all.add(connection);
    return connection;
  }

  free(connection: BackendConnection, keepAlive: string | undefined): void {
    const milliseconds = idleMilliseconds(keepAlive);
    const now = performance.now();
    const until = Math.min(now + milliseconds, connection.retiresAt);
    if (until <= now || this.idle.length >= IDLE_CONNECTIONS_MOST) connection.socket.destroy();
    else this.idle.push({ connection, until });
  }

  gone(connection: BackendConnection): void {
    this.all.delete(connection);
  }

  sweep(now: number): void {
    const kept: IdleConnection[] = [];
    for (const entry of this.idle) {
      if (entry.connection.usable && entry.until > now) kept.push(entry);
      else entry.connection.socket.destroy();
    }
    this.idle = kept;
  }

  dropIdle(): void {
    for (const { connection } of this.idle) connection.socket.destroy();
    this.idle = [];
  }

  destroy(): void {
    for (const connection of this.all) connection.socket.destroy();
    this.idle = [];
  }
}

/** What a backend says about its idle connections: `timeout=5, max=100`. */
function idleMilliseconds(keepAlive: string | undefined): number {
  if (keepAlive === undefined) return IDLE_MILLISECONDS;
  const seconds = /(?:^|[\s,;])timeout=(\d{1,6})/i.exec(keepAlive)?.[1];
  if (seconds === undefined) return IDLE_MILLISECONDS;
  return Math.min(Number(seconds) * 1000 - SAFETY_MILLISECONDS, IDLE_MILLISECONDS_MOST);
}

/** What pools need besides the backends. */
export interface PoolOptions {
  /** Absent where no backend needs one. */
  readonly secrets?: SecretFiles;
  /** Default one minute. Unit: milliseconds. */
  readonly ageMillisecondsMost?: number;
}

/** The pools of a gateway: one for each address and way to speak to it, whatever the paths behind it. */
export class BackendPools {
  /** By backend id. */
  private readonly pools = new Map<string, BackendPool>();
  private readonly sweeping: NodeJS.Timeout;

  /**
   * @throws FileContentError where a Secret cannot be read
   * @throws when a certificate or key cannot be used
   */
  constructor(backends: Readonly<Record<string, BackendModel>>, options: PoolOptions = {}) {
    const age = options.ageMillisecondsMost ?? AGE_MILLISECONDS_MOST;
    const byAddress = new Map<string, BackendPool>();
    for (const [id, backend] of Object.entries(backends)) {
      const { host, port, tls } = backend;
      const address = JSON.stringify([host, port, tls]);
      const pool = byAddress.get(address) ?? new BackendPool(connectorOf(backend, options.secrets), age);
      byAddress.set(address, pool);
      this.pools.set(id, pool);
    }
    this.sweeping = setInterval(() => this.sweep(), SWEEP_MILLISECONDS);
    this.sweeping.unref();
  }

  /** @param id of a backend that the gateway has */
  take(id: string, connectMilliseconds: number): BackendConnection {
    return this.poolOf(id).take(connectMilliseconds);
  }

  /** For connections that are not pooled. */
  connectorOf(id: string): Connector {
    return this.poolOf(id).connector;
  }

  private poolOf(id: string): BackendPool {
    const pool = this.pools.get(id);
    if (pool === undefined) throw new RangeError(`the gateway has no backend "${id}"`);
    return pool;
  }

  /** Closes a backend's idle connections: where one turned out to be dead, the others most likely are. */
  dropIdle(id: string): void {
    this.pools.get(id)?.dropIdle();
  }

  /** Closes every connection, also those in use. */
  destroy(): void {
    clearInterval(this.sweeping);
    for (const pool of this.pools.values()) pool.destroy();
  }

  private sweep(): void {
    const now = performance.now();
    for (const pool of this.pools.values()) pool.sweep(now);
  }
}
