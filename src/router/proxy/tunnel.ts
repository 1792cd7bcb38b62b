/**
 * WebSocket connections (contract S5): the handshake goes to the backend like any request, and once the backend agrees
 * the two connections are tied together and bytes pass as they come.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { answerRefusal } from '../answer';
import type { Exchange } from '../exchange';
import type { ClientAnswer } from '../http/client-answer';
import type { ClientConnection } from '../http/client-connection';
import type { ClientRequest } from '../http/client-request';
import type { Shared } from './forwarder-parts';
import { Handshake } from './handshake';
import { TunnelAgent } from './tunnel-agent';

/**
 * How long one side may still be quiet once the other has ended: enough for the frames of a closing handshake (RFC 6455
 * section 7.1.1). A side that takes no notice would hold the caller's slot until the idle time. Unit: milliseconds.
 */
const FAREWELL_MILLISECONDS = 1_000;

/** Whether a request asks for a WebSocket (RFC 6455 section 4.1) and for nothing else. */
export function isWebSocket(request: ClientRequest): boolean {
  return (
    request.method === 'GET' && request.headers.upgrade?.toLowerCase() === 'websocket' && !request.hasBody
  );
}

/** The tunnels of one router. */
export class Tunnels {
  /** Tunnels never give their connection back, so they have no pool. */
  private readonly agent = new TunnelAgent();

  constructor(private readonly shared: Shared) {}

  /** Opens a tunnel for an exchange whose pipeline said so; answers with a problem if no backend can be had. */
  open(exchange: Exchange, answer: ClientAnswer, connection: ClientConnection): void {
    const { shared, agent } = this;
    const { idleSeconds } = (exchange.route as NonNullable<typeof exchange.route>).service.timeouts;
    new Handshake(shared, agent, exchange, {
      agreed: (said, backend, backendHead) => {
        exchange.streams = true;
        this.head(exchange, answer, said, ['connection', 'Upgrade', 'upgrade', 'websocket']);
        answer.flush();
        const head = connection.detach();
        tie(exchange, connection.socket, head, backend, backendHead, idleSeconds * 1000);
      },
      declined: (said) => this.declined(exchange, answer, said),
      failed: (refusal) => answerRefusal(shared.gateway, exchange, answer, refusal),
    }).start();
  }

  /** Closes the connections to backends. */
  destroy(): void {
    this.agent.destroy();
  }

  /** The backend does not change protocols: its answer is an ordinary one. */
  private declined(exchange: Exchange, answer: ClientAnswer, said: IncomingMessage): void {
    this.head(exchange, answer, said);
    said.on('data', (chunk: Buffer) => {
      exchange.bytesOut += chunk.length;
      if (answer.write(chunk)) return;
      said.pause();
      answer.onDrain = () => said.resume();
    });
    said.once('end', () => answer.end());
    said.once('close', () => {
      if (answer.ended || exchange.ended) return;
      exchange.code = 'backend_failed';
      exchange.cause = 'the backend broke its refusal of a WebSocket off';
      answer.destroy();
    });
  }

  private head(exchange: Exchange, answer: ClientAnswer, said: IncomingMessage, more: string[] = []): void {
    const of = { rawHeaders: said.rawHeaders, connection: said.headers.connection };
    exchange.status = said.statusCode as number;
    exchange.firstByteAt = performance.now();
    answer.writeHead(exchange.status, [...this.shared.responseHeaders(exchange, of), ...more]);
  }
}

/** Ties two connections together until one of them ends, or nothing passes for the idle time. */
function tie(
  exchange: Exchange,
  client: Socket,
  clientHead: Buffer | undefined,
  backend: Socket,
  backendHead: Buffer,
  idleMilliseconds: number,
): void {
  const read = client.bytesRead - (clientHead?.length ?? 0);
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
  if (clientHead !== undefined) backend.write(clientHead);
  if (backendHead.length > 0) client.write(backendHead);
  client.pipe(backend);
  backend.pipe(client);
}
