/** The server that clients reach: takes requests from Node, walks them through the pipeline and acts on the outcome. */
import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { answerPreflight, answerPublicKeys, answerRefusal } from './answer';
import { answerConnect } from './client-error';
import { Connections } from './connections';
import { Exchange, type Lifetime } from './exchange';
import { decide, type PipelineParts } from './pipeline';
import type { PoolOptions } from './proxy/backend-pool';
import { Forwarder } from './proxy/forwarder';
import { isWebSocket, Tunnels } from './proxy/tunnel';
import { refused } from './refusal';
import { createRequestServer } from './request-server';
import type { ServerTls } from './server-tls';

/** Told of every exchange. */
export interface ExchangeWatcher {
  begin(exchange: Exchange): void;
  end(exchange: Exchange): void;
}

/** The server of one router; `router.ts` binds and closes it. */
export class Listener {
  readonly server: Server;
  readonly connections = new Connections();
  private readonly forwarder: Forwarder;
  private readonly tunnels: Tunnels;

  constructor(
    private readonly parts: PipelineParts,
    private readonly lifetime: Lifetime,
    private readonly watcher: ExchangeWatcher,
    pools: PoolOptions = {},
    tls?: ServerTls,
  ) {
    this.forwarder = new Forwarder(parts.gateway, pools);
    this.tunnels = new Tunnels(this.forwarder);
    this.server = createRequestServer(this.connections, tls, (request, response) =>
      this.serve(request, response),
    );
    this.server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      this.serve(request, response, true);
    });
    // Expectations that nobody knows may be ignored (RFC 9110 section 10.1.1).
    this.server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
      this.serve(request, response);
    });
    this.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.upgrade(request, socket as Socket, head);
    });
    this.server.on('connect', (_request: IncomingMessage, socket: Duplex) => answerConnect(socket));
  }

  /** Closes the connections to backends. */
  destroyBackends(): void {
    this.forwarder.pools.destroy();
    this.tunnels.destroy();
  }

  /** For the metric of the same name. */
  breakerStates() {
    return this.forwarder.health.breakerStates();
  }

  private serve(request: IncomingMessage, response: ServerResponse, waits = false): void {
    const exchange = this.begin(request);
    response.on('close', () => exchange.end(response.writableFinished));
    if (waits) {
      exchange.continueBody = () => {
        exchange.continueBody = undefined;
        response.writeContinue();
      };
    }
    decide(this.parts, exchange)
      .then((outcome) => {
        if (outcome.kind === 'forward') this.forwarder.forward(exchange, response);
        else if (outcome.kind === 'refused') this.refuse(exchange, response, outcome);
        else if (outcome.kind === 'preflight') answerPreflight(this.parts.gateway, exchange, response);
        else if (outcome.kind === 'public-keys') this.showKeys(exchange, response);
      })
      .catch((error: unknown) => this.crash(exchange, response, error));
  }

  private upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const exchange = this.begin(request);
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.on('finish', () => socket.destroySoon());
    socket.on('error', () => socket.destroy());
    if (!isWebSocket(request)) {
      this.refuse(exchange, response, refused('upgrade_invalid'));
      return;
    }
    decide(this.parts, exchange)
      .then((outcome) => {
        if (outcome.kind === 'forward') this.tunnels.open(exchange, response, socket, head);
        else if (outcome.kind === 'refused') this.refuse(exchange, response, outcome);
        else if (outcome.kind === 'public-keys') this.showKeys(exchange, response);
      })
      .catch((error: unknown) => this.crash(exchange, response, error));
  }

  private begin(request: IncomingMessage): Exchange {
    const exchange = new Exchange(request, this.lifetime, (ended) => {
      this.connections.end(ended);
      this.watcher.end(ended);
    });
    this.connections.begin(exchange);
    this.watcher.begin(exchange);
    return exchange;
  }

  private showKeys(exchange: Exchange, response: ServerResponse): void {
    const { gateway, serviceTokens } = this.parts;
    if (serviceTokens !== undefined) answerPublicKeys(gateway, exchange, response, serviceTokens.jwks());
  }

  private refuse(exchange: Exchange, response: ServerResponse, refusal: ReturnType<typeof refused>): void {
    answerRefusal(this.parts.gateway, exchange, response, refusal);
  }

  /** The router's own fault: the client gets a 500, the log the cause. */
  private crash(exchange: Exchange, response: ServerResponse, error: unknown): void {
    exchange.code = 'internal_error';
    exchange.cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
    if (exchange.ended) return;
    if (response.headersSent) response.destroy();
    else this.refuse(exchange, response, refused('internal_error', { cause: exchange.cause }));
  }
}
