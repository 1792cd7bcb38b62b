/**
 * WebSocket connections (contract S5): the handshake goes to the backend like any request, and once the backend agrees
 * the two connections are tied together and bytes pass as they come.
 */
import { type IncomingMessage, type ServerResponse, request as sendRequest } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';
import type { BackendDecision } from '../../model/decide';
import { answerRefusal } from '../answer';
import { hasBody } from '../body';
import type { ErrorCode } from '../errors';
import type { Exchange } from '../exchange';
import { refused } from '../refusal';
import { codeOfFailure } from './failure';
import type { Shared } from './forwarder-parts';
import { backendHeaders } from './request-headers';
import { TunnelAgent, type TunnelRequestOptions } from './tunnel-agent';

/**
 * How long one side may still be quiet once the other has ended: enough for the frames of a closing handshake (RFC 6455
 * section 7.1.1). A side that takes no notice would hold the caller's slot until the idle time. Unit: milliseconds.
 */
const FAREWELL_MILLISECONDS = 1_000;

/** Whether a request asks for a WebSocket (RFC 6455 section 4.1) and for nothing else. */
export function isWebSocket(request: IncomingMessage): boolean {
  return (
    request.method === 'GET' && request.headers.upgrade?.toLowerCase() === 'websocket' && !hasBody(request)
  );
}

/** The tunnels of one router. */
export class Tunnels {
  /** Tunnels never give their connection back, so they have no pool. */
  private readonly agent = new TunnelAgent();

  constructor(private readonly shared: Shared) {}

  /** Opens a tunnel for an exchange whose pipeline said so; answers with a problem if the backend cannot be had. */
  open(exchange: Exchange, response: ServerResponse, socket: Socket, head: Buffer): void {
    const chosen = exchange.backend as BackendDecision;
    const { timeouts } = (exchange.route as NonNullable<typeof exchange.route>).service;
    const headers = backendHeaders(this.shared.gateway, exchange, chosen.backend);
    headers.push('connection', 'Upgrade', 'upgrade', 'websocket');
    const options: TunnelRequestOptions = {
      agent: this.agent,
      connector: this.shared.pools.connectorOf(chosen.id),
      method: 'GET',
      path: chosen.path + exchange.query,
      headers,
      connectMilliseconds: timeouts.connectSeconds * 1000,
    };
    const upstream = sendRequest(options);
    const fail = (code: ErrorCode, cause: string) => {
      clearTimeout(timer);
      upstream.destroy();
      if (exchange.ended || response.headersSent) return;
      answerRefusal(this.shared.gateway, exchange, response, refused(code, { cause }));
    };
    const timer = setTimeout(
      () => fail('backend_timeout', 'timeout: handshake'),
      timeouts.firstByteSeconds * 1000,
    );
    exchange.cancelBackend = () => {
      clearTimeout(timer);
      upstream.destroy();
    };
    upstream.on('error', (error) => fail(codeOfFailure(error), error.message));
    upstream.on('response', (answer) => {
      clearTimeout(timer);
      this.declined(exchange, response, answer);
    });
    upstream.on('upgrade', (answer, backend, backendHead) => {
      clearTimeout(timer);
      this.begin(exchange, response, answer);
      tie(exchange, socket, head, backend, backendHead, timeouts.idleSeconds * 1000);
    });
    upstream.end();
  }

  /** Closes the connections to backends. */
  destroy(): void {
    this.agent.destroy();
  }

  /** The backend does not change protocols: its answer is an ordinary one. */
  private declined(exchange: Exchange, response: ServerResponse, answer: IncomingMessage): void {
    this.head(exchange, response, answer, ['connection', 'close']);
    answer.on('data', (chunk: Buffer) => {
      exchange.bytesOut += chunk.length;
    });
    pipeline(answer, response, (error) => {
      if (error) response.destroy();
    });
  }

  private begin(exchange: Exchange, response: ServerResponse, answer: IncomingMessage): void {
    exchange.streams = true;
    this.head(exchange, response, answer, ['connection', 'Upgrade', 'upgrade', 'websocket']);
    response.flushHeaders();
    response.detachSocket(exchange.request.socket);
  }

  private head(exchange: Exchange, response: ServerResponse, answer: IncomingMessage, more: string[]): void {
    const said = { rawHeaders: answer.rawHeaders, connection: answer.headers.connection };
    exchange.status = answer.statusCode as number;
    exchange.firstByteAt = performance.now();
    response.writeHead(exchange.status, [...this.shared.responseHeaders(exchange, said), ...more]);
  }
}

/** Ties two connections together until one of them ends, or nothing passes for the idle time. */
function tie(
  exchange: Exchange,
  client: Socket,
  clientHead: Buffer,
  backend: Socket,
  backendHead: Buffer,
  idleMilliseconds: number,
): void {
  const read = client.bytesRead - clientHead.length;
  const written = client.bytesWritten;
  exchange.cancelBackend = () => {
    exchange.bytesIn = client.bytesRead - read;
    exchange.bytesOut = client.bytesWritten - written;
    backend.destroySoon();
  };
  for (const [from, to] of [
    [client, backend],
    [backend, client],
  ] as const) {
    from.setTimeout(idleMilliseconds, () => from.destroy());
    from.once('end', () => to.setTimeout(FAREWELL_MILLISECONDS));
    from.on('error', () => to.destroy());
    from.once('close', () => to.destroySoon());
  }
  if (clientHead.length > 0) backend.write(clientHead);
  if (backendHead.length > 0) client.write(backendHead);
  client.pipe(backend);
  backend.pipe(client);
}
