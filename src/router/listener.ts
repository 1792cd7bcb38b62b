/** The server that clients reach: takes requests from Node, walks them through the pipeline and acts on the outcome. */
import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { answerPreflight, answerPublicKeys, answerRefusal } from './answer';
import type { Connections } from './connections';
import type { Exchange } from './exchange';
import { decide, type PipelineParts } from './pipeline';
import type { PoolOptions } from './proxy/backend-pool';
import { Forwarder } from './proxy/forwarder';
import { isWebSocket, Tunnels } from './proxy/tunnel';
import { Reception, type ReceptionParts } from './reception';
import { refused } from './refusal';

/** The server of one router; `router.ts` binds and closes it. */
export class Listener {
  private readonly reception: Reception;
  private readonly forwarder: Forwarder;
  private readonly tunnels: Tunnels;

  constructor(
    private readonly parts: PipelineParts,
    receptionParts: ReceptionParts,
    pools: PoolOptions = {},
  ) {
    this.forwarder = new Forwarder(parts.gateway, pools);
    this.tunnels = new Tunnels(this.forwarder);
    this.reception = new Reception(receptionParts, (request, response) => this.serve(request, response));
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
  }

  get server(): Server {
    return this.reception.server;
  }

  get connections(): Connections {
    return this.reception.connections;
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
    const exchange = this.reception.begin(request);
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
    const exchange = this.reception.begin(request);
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
