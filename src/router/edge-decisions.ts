/**
 * The server that an edge asks before it sends a request on by itself (Traefik's ForwardAuth): the same steps as for every
 * other request, and in place of a backend's answer a 204 with what the backend is to learn. On a port of its own, which
 * only the edge may reach: whoever asks is believed about the path.
 *
 *     POST /<service> HTTP/1.1            the client's method and headers, without a body
 *     x-forwarded-uri: /v1/agents?x=y     the client's target, as the edge is to send it on
 */
import { matchRoute } from '../model/route';
import { answerDecision, answerRefusal } from './answer';
import type { Exchange } from './exchange';
import type { ClientAnswer } from './http/client-answer';
import type { ClientRequest } from './http/client-request';
import type { ClientServer } from './http/client-server';
import { decide, type PipelineParts } from './pipeline';
import { Reception, type ReceptionParts } from './reception';
import { refused } from './refusal';
import { splitTarget } from './request-target';

/** The server of one router; `router.ts` binds and closes it. */
export class EdgeDecisions {
  private readonly reception: Reception;

  constructor(
    private readonly parts: PipelineParts,
    receptionParts: ReceptionParts,
  ) {
    // What the client expects, and which protocol it asks for, comes along; that is for whoever gets the request.
    const serve = (request: ClientRequest, answer: ClientAnswer) => this.serve(request, answer);
    this.reception = new Reception(receptionParts, { serve, upgrade: serve });
  }

  get clients(): ClientServer {
    return this.reception.server;
  }

  private serve(request: ClientRequest, answer: ClientAnswer): void {
    const service = request.head.target.slice(1);
    request.head.target = request.headers['x-forwarded-uri'] ?? '';
    const exchange = this.reception.begin(request, answer);
    exchange.forEdge = true;
    if (!this.leadsTo(service, request)) {
      answerRefusal(this.parts.gateway, exchange, answer, refused('route_not_found'));
      return;
    }
    decide(this.parts, exchange)
      .then((outcome) => {
        if (outcome.kind === 'gone') return;
        if (outcome.kind === 'forward') answerDecision(exchange, answer);
        // Anything with a status of 200 would let the request through.
        else {
          const refusal = outcome.kind === 'refused' ? outcome : refused('route_not_found');
          answerRefusal(this.parts.gateway, exchange, answer, refusal);
        }
      })
      .catch((error: unknown) => this.crash(exchange, answer, error));
  }

  /**
   * Whether a path that the edge takes for a service's is that service's: an edge that reads paths in another way must not
   * send a request to one service with leave for another. What is refused for another reason is told by the pipeline.
   */
  private leadsTo(service: string, request: ClientRequest): boolean {
    const { path } = splitTarget(request.head.target);
    const route = matchRoute(this.parts.gateway.routes, request.method, path);
    return route.kind === 'refused' || route.name === service;
  }

  private crash(exchange: Exchange, answer: ClientAnswer, error: unknown): void {
    exchange.cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
    if (exchange.ended) return;
    if (answer.headersSent) answer.destroy();
    else {
      const refusal = refused('internal_error', { cause: exchange.cause });
      answerRefusal(this.parts.gateway, exchange, answer, refusal);
    }
  }
}
