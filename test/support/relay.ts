/** An address that stays while what is behind it changes, as a Service of Kubernetes does: a TCP relay. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Relay {
  readonly port: number;
  /** New connections lead to another port; those that are open stay as they are. */
  leadTo(port: number): void;
  close(): Promise<void>;
}

/** @param at where it listens; default a free port of 127.0.0.1 */
export async function startRelay(
  target: number,
  { host, port }: { readonly host: string; readonly port: number } = { host: '127.0.0.1', port: 0 },
): Promise<Relay> {
  let behind = target;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const other = connect(behind, '127.0.0.1');
    for (const [from, to] of [
      [client, other],
      [other, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    leadTo(port) {
      behind = port;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
