/** Several Redis that belong together, each a real one: a Cluster of three masters, and a master with replica and Sentinel. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Redis from 'ioredis';
import { until } from './client';
import { freePort } from './free-port';
import { findRedis, type RedisServer, startRedis, untilListening } from './redis-server';

export interface Topology {
  readonly url: string;
  readonly servers: readonly RedisServer[];
  stop(): Promise<void>;
}

const SLOTS = 16_384;

/** Three masters that share the slots. */
export async function startCluster(): Promise<Topology> {
  const options = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000'];
  const servers = await Promise.all([1, 2, 3].map(() => startRedis(...options)));
  const clients = servers.map(({ url }) => new Redis(url));
  const share = Math.ceil(SLOTS / servers.length);
  for (const [i, client] of clients.entries()) {
    await client.cluster('ADDSLOTSRANGE', i * share, Math.min(SLOTS, (i + 1) * share) - 1);
    await client.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
  }
  for (const { port } of servers.slice(1)) await clients[0]?.cluster('MEET', '127.0.0.1', port);
  for (const client of clients) {
    let info = '';
    for (let i = 0; i < 500 && !info.includes('cluster_state:ok'); i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      info = await client.cluster('INFO');
    }
    if (!info.includes('cluster_state:ok')) throw new Error('the cluster does not come up');
    client.disconnect();
  }
  return topology(
    `redis://${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    servers,
    async () => {},
  );
}

/** A master called `main`, its replica, and a Sentinel that fails over soon. */
export async function startSentinel(): Promise<Topology> {
  const master = await startRedis();
  const replica = await startRedis('--replicaof', '127.0.0.1', String(master.port));
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'agent-gateway-sentinel-'));
  const file = join(directory, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${directory}`,
    `sentinel monitor main 127.0.0.1 ${master.port} 1`,
    'sentinel down-after-milliseconds main 300',
    'sentinel failover-timeout main 2000',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const sentinel = spawn(await findRedis(), [file, '--sentinel'], { stdio: 'ignore' });
  await untilListening(port);
  await replicated(replica.url);
  const client = new Redis({ port, host: '127.0.0.1' });
  let known: unknown[] = [];
  for (let i = 0; i < 1_000 && known.length === 0; i++) {
    known = (await client.call('SENTINEL', 'REPLICAS', 'main')) as unknown[];
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  client.disconnect();
  return topology(`redis://127.0.0.1:${port}`, [master, replica], async () => {
    const ended = once(sentinel, 'exit');
    sentinel.kill('SIGKILL');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  });
}

async function replicated(url: string): Promise<void> {
  const client = new Redis(url);
  let info = '';
  client.on('error', () => {});
  const asking = setInterval(() => void client.info('replication').then((text) => (info = text)), 20);
  await until(() => info.includes('master_link_status:up'), 'the replica');
  clearInterval(asking);
  client.disconnect();
}

function topology(url: string, servers: readonly RedisServer[], stop: () => Promise<void>): Topology {
  return {
    url,
    servers,
    async stop() {
      await stop();
      for (const server of servers) await server.stop();
    },
  };
}
