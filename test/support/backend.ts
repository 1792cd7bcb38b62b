/** A real server for the router to forward to: records what it receives, byte by byte, and answers as told. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** A request as the backend got it. */
export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface TestBackend {
  readonly port: number;
  /** Requests whose body has arrived whole, in the order in which they came. */
  readonly received: readonly ReceivedRequest[];
  readonly server: Server;
  /** Connections that are open. */
  readonly sockets: ReadonlySet<Socket>;
  /** The last request. Fails when there was none. */
  last(): ReceivedRequest;
  close(): Promise<void>;
}

/**
 * Starts a backend on a free port of the loopback. By default it answers 200 with `{"ok":true}`.
 *
 * @param tls makes it speak TLS
 */
export async function startBackend(
  answer: Answer = answerOk,
  upgrade?: Upgrade,
  tls?: ServerOptions,
): Promise<TestBackend> {
  const received: ReceivedRequest[] = [];
  const sockets = new Set<Socket>();
  const listener: Answer = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => received.push(recordOf(request, Buffer.concat(chunks))));
    answer(request, response);
  };
  const server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener);
  server.keepAliveTimeout = 60_000;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  });
  if (upgrade !== undefined) {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      received.push(recordOf(request, Buffer.alloc(0)));
      upgrade(request, socket, head);
    });
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    received,
    server,
    sockets,
    last: () => {
      const request = received[received.length - 1];
      if (request === undefined) throw new Error('the backend has received no request');
      return request;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function recordOf(request: IncomingMessage, body: Buffer): ReceivedRequest {
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    headers: request.headers,
    rawHeaders: request.rawHeaders,
    body,
  };
}

/** Answers once the body is read. */
export function answerOk(request: IncomingMessage, response: ServerResponse): void {
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"ok":true}');
  });
  request.resume();
}

/** Begins a stream of events; the test goes on with it. */
export function beginEvents(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
}
