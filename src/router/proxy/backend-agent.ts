/**
 * The pool of connections to one backend. Differs from Node's own agent where a gateway needs it to: connecting has a
 * time limit, and idle connections are closed before common servers close them (uvicorn after 5 s), so that a request
 * rarely meets a connection that has just died.
 */
import { Agent, type AgentOptions, type ClientRequest, type ClientRequestArgs } from 'node:http';
import { connect, type Socket } from 'node:net';

/** How long an idle connection is kept, unless the backend's `Keep-Alive` header names another time. */
const IDLE_MILLISECONDS = 4_000;
/** Idle connections to one backend that are kept at most. */
const IDLE_CONNECTIONS_MOST = 256;
/** No backend's hint keeps a connection for longer. */
const IDLE_MILLISECONDS_MOST = 90_000;
/** A connection is given up so long before the backend would close it. */
const SAFETY_MILLISECONDS = 1_000;

/** What the agent needs besides Node's own options. */
export interface BackendRequestOptions extends ClientRequestArgs {
  readonly host: string;
  readonly port: number;
  readonly connectMilliseconds: number;
  readonly agent: BackendAgent;
}

/** Why a connection failed, where the time limit was the reason. */
export class ConnectTimeoutError extends Error {
  readonly code = 'CONNECT_TIMEOUT';
}

const idleMilliseconds = new WeakMap<Socket, number>();

/** Tells the pool what a backend says about its idle connections: `timeout=5, max=100`. */
export function noteKeepAlive(socket: Socket, header: string | readonly string[] | undefined): void {
  if (typeof header !== 'string') return;
  const seconds = /(?:^|[\s,;])timeout=(\d{1,6})/i.exec(header)?.[1];
  if (seconds === undefined) return;
  idleMilliseconds.set(
    socket,
    Math.min(Number(seconds) * 1000 - SAFETY_MILLISECONDS, IDLE_MILLISECONDS_MOST),
  );
}

/** Connections to one backend. */
export class BackendAgent extends Agent {
  /** One agent serves one backend, so every connection fits every request. */
  override getName(): string {
    return 'backend';
  }

  /** A connection comes free: kept, with a limit on how long. */
  override keepSocketAlive(socket: Socket): boolean {
    const milliseconds = idleMilliseconds.get(socket) ?? IDLE_MILLISECONDS;
    if (milliseconds <= 0) return false;
    socket.setTimeout(milliseconds);
    socket.unref();
    return true;
  }

  override reuseSocket(socket: Socket, request: ClientRequest): void {
    socket.setTimeout(0);
    super.reuseSocket(socket, request);
  }

  /** Closes the idle connections: where one turned out to be dead, the others most likely are. */
  dropIdle(): void {
    for (const socket of this.freeSockets[this.getName()] ?? []) socket.destroy();
  }

  override createConnection(options: ClientRequestArgs): Socket {
    const { host, port, connectMilliseconds } = options as BackendRequestOptions;
    const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 15_000 });
    const timer = setTimeout(() => {
      socket.destroy(new ConnectTimeoutError('the connection took too long'));
    }, connectMilliseconds);
    const stop = () => clearTimeout(timer);
    socket.once('connect', stop).once('close', stop);
    socket.on('timeout', () => socket.destroy());
    return socket;
  }
}

const OPTIONS: AgentOptions = {
  keepAlive: true,
  // The connection used last is the one least likely to have died.
  scheduling: 'lifo',
  maxFreeSockets: IDLE_CONNECTIONS_MOST,
};

/** The agents of a gateway, one for each backend, made when first needed. */
export class BackendAgents {
  private readonly agents = new Map<string, BackendAgent>();

  of(backendId: string): BackendAgent {
    const known = this.agents.get(backendId);
    if (known !== undefined) return known;
    const agent = new BackendAgent(OPTIONS);
    this.agents.set(backendId, agent);
    return agent;
  }

  /** Closes every connection, also those in use. */
  destroy(): void {
    for (const agent of this.agents.values()) agent.destroy();
  }
}
