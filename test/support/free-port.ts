/** Ports for programs that must be told theirs before they start. */
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that systems give to outgoing connections (Linux: 32,768), which could take one before a server does. */
const PORTS = { first: 10_000, ofOneWorker: 2_000, workers: 11 } as const;
let last = Math.floor(Math.random() * PORTS.ofOneWorker);

/** A port that nobody listens at. Test files that run at the same time have shares of their own. */
export async function freePort(): Promise<number> {
  const share = (Number(process.env.JEST_WORKER_ID ?? 1) - 1) % PORTS.workers;
  for (let tries = 0; tries < PORTS.ofOneWorker; tries++) {
    last = (last + 1) % PORTS.ofOneWorker;
    const port = PORTS.first + share * PORTS.ofOneWorker + last;
    if (await isFree(port)) return port;
  }
  throw new Error('no port is free');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listens = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
  });
  if (!listens) return false;
  server.close();
  await once(server, 'close');
  return true;
}
