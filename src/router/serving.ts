/** Servers of the router as a whole: how they take their ports, and how they end. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connections } from './connections';

/** How often a router that stops looks for connections that have become idle. */
const LOOK_MILLISECONDS = 25;

/** A server and the connections that it has. */
export interface Served {
  readonly server: Server;
  readonly connections: Connections;
}

/** Takes no more connections, and returns once the last one is gone or the time is over. */
export async function closeServer({ server, connections }: Served, endsAt: number): Promise<void> {
  server.close();
  // Bounded: ends with the last connection, or at `endsAt`, after which none is left.
  while (connections.size > 0 && performance.now() < endsAt) {
    server.closeIdleConnections();
    connections.destroyUnused();
    await sleep(LOOK_MILLISECONDS);
  }
  connections.destroy();
}

/** Where a machine has no IPv6, the address that stands for both families gives way to the one for IPv4. */
export async function listen(server: Server, port: number, address: string): Promise<number> {
  try {
    return await listenOn(server, port, address);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (address !== '::' || (code !== 'EAFNOSUPPORT' && code !== 'EADDRNOTAVAIL')) throw error;
    return listenOn(server, port, '0.0.0.0');
  }
}

function listenOn(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: 4_096 }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
