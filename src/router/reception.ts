/**
 * Where requests come in: a server and an exchange for each request. What becomes of a request is for its owner to say; what
 * could not be read as one is answered here.
 */
import { randomUUID } from 'node:crypto';
import { bareAnswer } from './client-error';
import type { CompiledGateway } from './compiled-gateway';
import type { ErrorCode } from './errors';
import { Exchange, type Lifetime } from './exchange';
import type { ClientAnswer } from './http/client-answer';
import type { RequestHandler } from './http/client-connection';
import type { ClientRequest } from './http/client-request';
import { ClientServer } from './http/client-server';
import type { ServerTls } from './server-tls';

/** What could not be read as a request, so that there is no exchange. */
export interface UnreadRequest {
  readonly requestId: string;
  readonly code: ErrorCode;
  /** What was wrong; never a part of the request. */
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

/** One server; `router.ts` binds and closes it. */
export class Reception {
  readonly server: ClientServer;
  private readonly ended: (exchange: Exchange) => void;

  constructor(
    private readonly parts: ReceptionParts,
    handle: Pick<RequestHandler, 'serve' | 'upgrade'>,
  ) {
    this.ended = (exchange) => parts.watcher.end(exchange);
    const unreadable: RequestHandler['unreadable'] = (code, cause, answer) =>
      bareAnswer(parts.gateway.securityHeaders, code, this.told(code, cause, answer));
    this.server = new ClientServer({ ...handle, unreadable }, parts.tls);
  }

  /** The exchange of a request that has just come in. */
  begin(request: ClientRequest, answer: ClientAnswer): Exchange {
    const { lifetime, watcher } = this.parts;
    const exchange = new Exchange(request, lifetime, this.ended);
    answer.owner = exchange;
    watcher.begin(exchange);
    return exchange;
  }

  /** What cannot be read on belongs to the request that it is a part of, or is none. */
  private told(code: ErrorCode, cause: string, answer: ClientAnswer | undefined): string {
    if (answer?.owner !== undefined) return answer.owner.unreadable(code, cause);
    const requestId = randomUUID();
    this.parts.watcher.unread({ requestId, code, cause });
    return requestId;
  }
}
