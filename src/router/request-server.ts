/** A server for requests, plain or by TLS, whose connections are known; what becomes of a request is for its maker to say. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Socket } from 'node:net';
import { answerClientError } from './client-error';
import type { Connections } from './connections';
import type { ServerTls } from './server-tls';

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

/** @param tls absent where clients speak plain HTTP */
export function createRequestServer(
  connections: Connections,
  tls: ServerTls | undefined,
  serve: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const server = tls === undefined ? createServer(OPTIONS, serve) : secureServer(tls, serve);
  // Node would leave out what is beyond its limit, a length among it, and say nothing; the pipeline counts them.
  server.maxHeadersCount = 0;
  const stands = tls === undefined ? 'connection' : 'secureConnection';
  server.on(stands, (socket: Socket) => connections.add(socket));
  server.on('clientError', answerClientError);
  return server;
}

function secureServer(
  tls: ServerTls,
  serve: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const asked = { requestCert: true, rejectUnauthorized: true };
  const server = createSecureServer({ ...OPTIONS, ...tls.material(), ...asked }, serve);
  tls.keep(server);
  return server;
}
