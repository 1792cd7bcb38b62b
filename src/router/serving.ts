/** Servers of the router as a whole: how they take their ports, and how they end. */
import type { AddressInfo, Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientServer } from './http/client-server';

/** How often a router that stops looks for connections that have become idle. */
const LOOK_MILLISECONDS = 25;

/** Takes no more connections, and returns once the last one is gone or the time is over. */
export async function closeServer(clients: ClientServer, endsAt: number): Promise<void> {
  clients.server.close();
  // Bounded: ends with the last connection, or at `endsAt`, after which none is left.
  while (clients.size > 0 && performance.now() < endsAt) {
    clients.destroyIdle();
    await sleep(LOOK_MILLISECONDS);
  }
  clients.destroy();
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
