/**
 * The handshake of a WebSocket with a backend, and with the next one when one fails it (contract R8, S5): nothing of it
 * changes anything at a backend, so it may always be sent again.
 */
import { type ClientRequest, type IncomingMessage, request as sendRequest } from 'node:http';
import type { Socket } from 'node:net';
import type { BackendDecision } from '../../model/decide';
import type { TimeoutsModel } from '../../model/gateway-model';
import type { ErrorCode } from '../errors';
import type { Exchange, FailureReason } from '../exchange';
import { type Refused, refused } from '../refusal';
import type { Course } from './course';
import { codeOfFailure } from './failure';
import type { Shared } from './forwarder-parts';
import { backendHeaders } from './request-headers';
import type { TunnelAgent, TunnelRequestOptions } from './tunnel-agent';

/** What becomes of a handshake: one of these, once, unless the client goes away. */
export interface HandshakeEnds {
  agreed(answer: IncomingMessage, backend: Socket, head: Buffer): void;
  /** The backend does not change protocols. */
  declined(answer: IncomingMessage): void;
  failed(refusal: Refused): void;
}

/** Made for one exchange. */
export class Handshake {
  private readonly timeouts: TimeoutsModel;
  /** Absent for a service that says nothing of backends that fail. */
  private readonly course: Course | undefined;
  /** What is under way; nothing that an earlier one says counts any more. */
  private upstream: ClientRequest | undefined;
  private stood = false;
  /** Whether the client gets the answer of a backend that does not change protocols, whatever becomes of it. */
  private answered = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly shared: Shared,
    private readonly agent: TunnelAgent,
    private readonly exchange: Exchange,
    private readonly ends: HandshakeEnds,
  ) {
    this.timeouts = (exchange.route as NonNullable<typeof exchange.route>).service.timeouts;
    this.course = shared.health.courseOf(exchange);
  }

  /** To be called once. */
  start(): void {
    const { course, exchange } = this;
    exchange.cancelBackend = () => {
      course?.end();
      this.giveUp();
    };
    const first = course === undefined ? exchange.backend : course.first();
    if (first !== undefined) {
      this.sendTo(first);
      return;
    }
    const wait = String(course?.retryAfterSeconds() ?? 1);
    const why = { cause: 'every backend gets a rest', headers: ['retry-after', wait] };
    this.ends.failed(refused('backend_unavailable', why));
  }

  private sendTo(chosen: BackendDecision): void {
    const { exchange, timeouts, shared } = this;
    exchange.backend = chosen;
    const headers = backendHeaders(shared.gateway, exchange, chosen.backend);
    headers.push('connection', 'Upgrade', 'upgrade', 'websocket');
    const connector = shared.pools.connectorOf(chosen.id);
    const options: TunnelRequestOptions = {
      agent: this.agent,
      connector,
      method: 'GET',
      path: chosen.path + exchange.query,
      headers,
      connectMilliseconds: timeouts.connectSeconds * 1000,
    };
    const upstream = sendRequest(options);
    this.upstream = upstream;
    this.stood = false;
    this.timer = setTimeout(() => {
      this.fail('timeout', 'backend_timeout', 'timeout: handshake');
    }, timeouts.firstByteSeconds * 1000);
    const current = () => this.upstream === upstream;
    upstream.on('socket', (socket) => {
      socket.once(connector.standsWith, () => {
        this.stood = true;
      });
    });
    upstream.on('error', (error) => {
      if (current()) this.fail('reset', codeOfFailure(error, this.stood), error.message);
    });
    upstream.on('response', (answer) => {
      if (current()) this.declined(answer);
    });
    upstream.on('upgrade', (answer, backend, head) => {
      clearTimeout(this.timer);
      if (!current()) {
        backend.destroy();
        return;
      }
      this.course?.succeeded();
      this.ends.agreed(answer, backend, head);
    });
    upstream.end();
  }

  private declined(answer: IncomingMessage): void {
    const { course } = this;
    clearTimeout(this.timer);
    if (course?.lists(answer.statusCode as number) === true) {
      if (this.tryNext('status')) return;
    } else course?.succeeded();
    this.answered = true;
    this.ends.declined(answer);
  }

  private fail(reason: FailureReason, code: ErrorCode, cause: string): void {
    if (this.answered || this.exchange.ended || this.tryNext(reason)) return;
    this.giveUp();
    this.ends.failed(refused(code, { cause }));
  }

  private tryNext(failure: FailureReason): boolean {
    const { course, exchange, stood } = this;
    const reason = stood ? failure : 'connect';
    const next = course?.next({ reason, received: stood, idempotent: true, repeatable: true });
    if (next === undefined) return false;
    exchange.passOver(reason);
    this.giveUp();
    // Nobody above catches what is thrown here, and the client would wait for ever.
    try {
      this.sendTo(next);
    } catch (error) {
      this.giveUp();
      this.ends.failed(refused('internal_error', { cause: (error as Error).stack ?? String(error) }));
    }
    return true;
  }

  private giveUp(): void {
    const { upstream } = this;
    clearTimeout(this.timer);
    this.upstream = undefined;
    upstream?.destroy();
  }
}
