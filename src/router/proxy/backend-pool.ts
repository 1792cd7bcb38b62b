/**
 * The connections to the backends of a gateway. Idle ones are closed before common servers close them (uvicorn after
 * 5 s), so that a request rarely meets a connection that has just died.
 */
import type { BackendModel } from '../../model/gateway-model';
import { BackendConnection, type ConnectionHome } from './backend-connection';

/** How long an idle connection is kept, unless the backend's `Keep-Alive` header names another time. */
const IDLE_MILLISECONDS = 4_000;
/** No backend's hint keeps a connection for longer. */
const IDLE_MILLISECONDS_MOST = 90_000;
/** A connection is given up so long before the backend would close it. */
const SAFETY_MILLISECONDS = 1_000;
/** Idle connections to one backend that are kept at most. */
const IDLE_CONNECTIONS_MOST = 256;
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

  constructor(private readonly backend: BackendModel) {}

  /** The connection that was used last, which is the least likely to have died, or a new one. */
  take(connectMilliseconds: number): BackendConnection {
    const now = performance.now();
    for (let found = this.idle.pop(); found !== undefined; found = this.idle.pop()) {
      if (found.connection.usable && found.until > now) return found.connection;
      found.connection.socket.destroy();
    }
    const { host, port } = this.backend;
    const connection = new BackendConnection(host, port, connectMilliseconds, this);
    this.all.add(connection);
    return connection;
  }

  free(connection: BackendConnection, keepAlive: string | undefined): void {
    const milliseconds = idleMilliseconds(keepAlive);
    if (milliseconds <= 0 || this.idle.length >= IDLE_CONNECTIONS_MOST) connection.socket.destroy();
    else this.idle.push({ connection, until: performance.now() + milliseconds });
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

/** The pools of a gateway, one for each backend, made when first needed. */
export class BackendPools {
  private readonly pools = new Map<string, BackendPool>();
  private readonly sweeping: NodeJS.Timeout;

  constructor() {
    this.sweeping = setInterval(() => this.sweep(), SWEEP_MILLISECONDS);
    this.sweeping.unref();
  }

  take(id: string, backend: BackendModel, connectMilliseconds: number): BackendConnection {
    let pool = this.pools.get(id);
    if (pool === undefined) {
      pool = new BackendPool(backend);
      this.pools.set(id, pool);
    }
    return pool.take(connectMilliseconds);
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
