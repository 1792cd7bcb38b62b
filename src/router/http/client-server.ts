/** The server that clients reach, plain or by TLS: its port and its connections. */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import type { ServerTls } from '../server-tls';
import { ClientConnection, type RequestHandler } from './client-connection';

const OPTIONS = {
  // A connection that is half closed is for `ClientConnection` to end.
  allowHalfOpen: true,
  noDelay: true,
} as const;

/** One server; `router.ts` binds and closes it. */
export class ClientServer {
  readonly server: Server;
  private readonly connections = new Set<ClientConnection>();

  /** @param tls absent where clients speak plain HTTP */
  constructor(handler: RequestHandler, tls?: ServerTls) {
    const onClose = (connection: ClientConnection) => this.connections.delete(connection);
    const onSocket = (socket: Socket) => {
      this.connections.add(new ClientConnection(socket, handler, onClose));
    };
    this.server = tls === undefined ? createServer(OPTIONS, onSocket) : secureServer(tls, onSocket);
  }

  get size(): number {
    return this.connections.size;
  }

  /** Cuts the connections on which nothing runs. */
  destroyIdle(): void {
    for (const connection of this.connections) if (connection.isIdle) connection.socket.destroy();
  }

  /** Cuts every connection, whatever runs on it. */
  destroy(): void {
    for (const { socket } of this.connections) socket.destroy();
  }
}

function secureServer(tls: ServerTls, onSocket: (socket: Socket) => void): Server {
  const asked = { requestCert: true, rejectUnauthorized: true, ALPNProtocols: ['http/1.1'] };
  const server = createSecureServer({ ...OPTIONS, ...tls.material(), ...asked }, onSocket);
  tls.keep(server);
  return server;
}
