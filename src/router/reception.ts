/**
 * Where requests come in: a server, plain or by TLS, its connections, and an exchange for each request. What becomes of a
 * request is for its owner to say; what Node could not read is answered here.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { BareAnswers } from './client-error';
import type { CompiledGateway } from './compiled-gateway';
import { Connections } from './connections';
import { ERRORS, type ErrorCode } from './errors';
import { Exchange, type Lifetime } from './exchange';
import type { ServerTls } from './server-tls';

/** What Node could not read as a request, so that there is no exchange. */
export interface UnreadRequest {
  readonly requestId: string;
  readonly code: ErrorCode;
  /** Node's code of what was wrong, such as `HPE_INVALID_HEADER_TOKEN`; never a part of the request. */
  readonly cause: string;
}

/** Told of every exchange, and of what became none. */
export interface ExchangeWatcher {
  begin(exchange: Exchange): void;
  end(exchange: Exchange): void;
  unread(request: UnreadRequest): void;
}

/** What servers of one router share. */
export interface ReceptionParts {
  readonly gateway: CompiledGateway;
  readonly lifetime: Lifetime;
  readonly watcher: ExchangeWatcher;
  /** Absent where clients speak plain HTTP. */
  readonly tls?: ServerTls;
}

const OPTIONS = {
  // Longer than an edge keeps its idle connections (Traefik v3: 90 s), so that the edge is the one to close.
  keepAliveTimeout: 95_000,
  headersTimeout: 60_000,
  // A whole upload may take its time; a body that stands still is given up by `body.ts` and `proxy/patience.ts`.
  requestTimeout: 0,
  maxHeaderSize: 32_768,
  insecureHTTPParser: false,
  // The pipeline asks for it, so that its lack is answered like every other mistake.
  requireHostHeader: false,
  noDelay: true,
} as const;

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

/** One server; `router.ts` binds and closes it. */
export class Reception {
  readonly server: Server;
  readonly connections = new Connections();

  constructor(
    private readonly parts: ReceptionParts,
    serve: Serve,
  ) {
    const { gateway, tls } = parts;
    this.server = tls === undefined ? createServer(OPTIONS, serve) : secureServer(tls, serve);
    // Node would leave out what is beyond its limit, a length among it, and say nothing; the pipeline counts them.
    this.server.maxHeadersCount = 0;
    const stands = tls === undefined ? 'connection' : 'secureConnection';
    this.server.on(stands, (socket: Socket) => this.connections.add(socket));
    const bare = new BareAnswers(gateway.securityHeaders, (code, cause, socket) =>
      this.unread(code, cause, socket as Socket),
    );
    this.server.on('connect', (_request: IncomingMessage, socket: Duplex) => bare.connect(socket));
    this.server.on('clientError', (error: Error, socket: Duplex) => bare.clientError(error, socket));
  }

  /** The exchange of a request that has just come in. */
  begin(request: IncomingMessage): Exchange {
    const { lifetime, watcher } = this.parts;
    const exchange = new Exchange(request, lifetime, (ended) => {
      this.connections.end(ended);
      watcher.end(ended);
    });
    this.connections.begin(exchange);
    watcher.begin(exchange);
    return exchange;
  }

  /** What cannot be read on belongs to the request that it is a part of, or is none. */
  private unread(code: ErrorCode, cause: string, socket: Socket): string {
    const exchange = this.connections.last(socket);
    if (exchange === undefined) {
      const requestId = randomUUID();
      this.parts.watcher.unread({ requestId, code, cause });
      return requestId;
    }
    exchange.code ??= code;
    exchange.cause ??= cause;
    if (exchange.status === 0) exchange.status = ERRORS[code].status;
    return exchange.requestId;
  }
}

function secureServer(tls: ServerTls, serve: Serve): Server {
  const asked = { requestCert: true, rejectUnauthorized: true };
  const server = createSecureServer({ ...OPTIONS, ...tls.material(), ...asked }, serve);
  tls.keep(server);
  return server;
}
