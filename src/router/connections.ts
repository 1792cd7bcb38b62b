/**
 * The connections of clients and what runs on each. An exchange usually ends with its answer; where the connection ends
 * first, also under answers that still wait for their turn on it, everything that it carries ends here.
 */
import type { Socket } from 'node:net';
import type { Exchange } from './exchange';

/** Every connection that clients have open. */
export class Connections {
  private readonly running = new Map<Socket, Set<Exchange>>();

  /** To be called once for every new connection. */
  add(socket: Socket): void {
    const exchanges = new Set<Exchange>();
    this.running.set(socket, exchanges);
    socket.once('close', () => {
      this.running.delete(socket);
      // A tunnel has no other end than its connection's.
      for (const exchange of exchanges) exchange.end(exchange.status === 101);
    });
  }

  begin(exchange: Exchange): void {
    this.running.get(exchange.request.socket)?.add(exchange);
  }

  end(exchange: Exchange): void {
    this.running.get(exchange.request.socket)?.delete(exchange);
  }

  /** What was begun last on a connection and runs. */
  last(socket: Socket): Exchange | undefined {
    return [...(this.running.get(socket) ?? [])].at(-1);
  }

  get size(): number {
    return this.running.size;
  }

  /** Cuts the connections on which no request has ever begun, which Node does not count as idle. */
  destroyUnused(): void {
    for (const [socket, exchanges] of this.running) {
      if (exchanges.size === 0 && socket.bytesRead === 0) socket.destroy();
    }
  }

  /** Cuts every connection, whatever runs on it. */
  destroy(): void {
    for (const socket of this.running.keys()) socket.destroy();
  }
}
