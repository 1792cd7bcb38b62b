/** The server that clients reach: takes their requests, walks them through the pipeline and acts on the outcome. */
import { answerPreflight, answerPublicKeys, answerRefusal } from './answer';
import type { Exchange } from './exchange';
import type { ClientAnswer } from './http/client-answer';
import type { ClientConnection } from './http/client-connection';
import type { ClientRequest } from './http/client-request';
import type { ClientServer } from './http/client-server';
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
    this.reception = new Reception(receptionParts, {
      serve: (request, answer) => this.serve(request, answer),
      upgrade: (request, answer, connection) => this.upgrade(request, answer, connection),
    });
  }

  get clients(): ClientServer {
    return this.reception.server;
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

  private serve(request: ClientRequest, answer: ClientAnswer): void {
    const exchange = this.reception.begin(request, answer);
    if (request.head.waits) {
      exchange.continueBody = () => {
        exchange.continueBody = undefined;
        answer.writeContinue();
      };
    }
    void this.act(exchange, answer);
  }

  private upgrade(request: ClientRequest, answer: ClientAnswer, connection: ClientConnection): void {
    const exchange = this.reception.begin(request, answer);
    answer.persistent = false;
    if (!isWebSocket(request)) {
      answerRefusal(this.parts.gateway, exchange, answer, refused('upgrade_invalid'));
      return;
    }
    void this.act(exchange, answer, connection);
  }

  /** @param tunnel the connection of a request for a WebSocket */
  private async act(exchange: Exchange, answer: ClientAnswer, tunnel?: ClientConnection): Promise<void> {
    const { gateway, serviceTokens } = this.parts;
    try {
      const outcome = await decide(this.parts, exchange);
      if (outcome.kind === 'forward') {
        if (tunnel === undefined) this.forwarder.forward(exchange, answer);
        else this.tunnels.open(exchange, answer, tunnel);
      } else if (outcome.kind === 'refused') answerRefusal(gateway, exchange, answer, outcome);
      else if (outcome.kind === 'preflight') answerPreflight(gateway, exchange, answer);
      else if (outcome.kind === 'public-keys' && serviceTokens !== undefined) {
        answerPublicKeys(gateway, exchange, answer, serviceTokens.jwks());
      }
    } catch (error) {
      this.crash(exchange, answer, error);
    }
  }

  /** The router's own fault: the client gets a 500, the log the cause. */
  private crash(exchange: Exchange, answer: ClientAnswer, error: unknown): void {
    exchange.code = 'internal_error';
    exchange.cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
    if (exchange.ended) return;
    if (answer.headersSent) answer.destroy();
    else
      answerRefusal(
        this.parts.gateway,
        exchange,
        answer,
        refused('internal_error', { cause: exchange.cause }),
      );
  }
}
