/**
 * The router beside a bare nginx, haproxy and a FastAPI gateway, in one run, interleaved: `npm run bench:http`. Needs nginx,
 * haproxy, wrk and redis-server on the PATH; `PYTHON` names a Python with `gateway-requirements.txt`, else that row is left out.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startIdentityProvider } from '../../test/support/identity-provider';
import { freePort } from '../../test/support/redis-server';
import { pace, percentile, saturate } from './load';
import { type Running, start } from './processes';
import {
  type Ports,
  startBackend,
  startFastApi,
  startHaproxy,
  startNginxProxy,
  startRouter,
} from './proxies';

const ROUNDS = 5;
const SECONDS = 4;
const RATE = 200;

interface Row {
  readonly name: string;
  readonly start: (ports: Ports) => Promise<Running | undefined>;
  readonly cpuMicroseconds: number[];
  readonly perSecond: number[];
  readonly latencies: number[];
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'agent-gateway-bench-'));
  const identity = await startIdentityProvider();
  const tokens = await Promise.all(
    Array.from({ length: 50 }, (_, i) => identity.sign({ sub: `user-${i}` }, { expiresIn: 3_600 })),
  );
  const [backendPort, redisPort] = [await freePort(), await freePort()];
  const shared = [
    await startBackend(directory, backendPort),
    await start(
      'redis-server',
      ['--port', String(redisPort), '--bind', '127.0.0.1', '--save', ''],
      redisPort,
    ),
  ];
  const python = process.env.PYTHON;
  const row = (name: string, begin: Row['start']): Row => ({
    name,
    start: begin,
    cpuMicroseconds: [],
    perSecond: [],
    latencies: [],
  });
  const rows = [
    row('direct', async () => undefined),
    row('nginx', (ports) => startNginxProxy(directory, ports)),
    row('haproxy', (ports) => startHaproxy(directory, ports)),
    row('router', (ports) => startRouter(directory, ports)),
    ...(python === undefined ? [] : [row('FastAPI', (ports) => startFastApi(python, ports))]),
  ];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const one of rows) {
        const ports = {
          backend: backendPort,
          redis: redisPort,
          jwks: Number(new URL(identity.url).port),
          proxy: one.name === 'direct' ? backendPort : await freePort(),
          admin: await freePort(),
        };
        await measure(one, ports, directory, tokens);
      }
    }
    print(rows);
  } finally {
    for (const program of shared) program.stop();
    await identity.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measure(row: Row, ports: Ports, directory: string, tokens: readonly string[]): Promise<void> {
  const program = await row.start(ports);
  try {
    await saturate(directory, ports.proxy, tokens, 2);
    const before = program?.cpuMilliseconds() ?? 0;
    const { requests, perSecond, failures } = await saturate(directory, ports.proxy, tokens, SECONDS);
    if (failures > 0) throw new Error(`${row.name}: ${failures} of ${requests} requests failed`);
    row.cpuMicroseconds.push((((program?.cpuMilliseconds() ?? 0) - before) * 1000) / requests);
    row.perSecond.push(perSecond);
    row.latencies.push(...(await pace(ports.proxy, tokens[0] as string, RATE, SECONDS)));
  } finally {
    program?.stop();
  }
}

function print(rows: readonly Row[]): void {
  const median = (values: readonly number[]) =>
    percentile(
      [...values].sort((a, b) => a - b),
      50,
    );
  const nginx = median(rows.find(({ name }) => name === 'nginx')?.cpuMicroseconds ?? []);
  console.log(`median of ${ROUNDS} rounds, ${SECONDS} s each; latency at ${RATE} requests/s`);
  console.log('             CPU/request   x nginx   requests/s   p50 ms   p99 ms');
  for (const { name, cpuMicroseconds, perSecond, latencies } of rows) {
    const sorted = [...latencies].sort((a, b) => a - b);
    const cpu = median(cpuMicroseconds);
    console.log(
      `${name.padEnd(12)} ${`${cpu.toFixed(1)} us`.padStart(11)} ${(cpu / nginx).toFixed(2).padStart(9)} ` +
        `${median(perSecond).toFixed(0).padStart(12)} ${percentile(sorted, 50).toFixed(2).padStart(8)} ${percentile(sorted, 99).toFixed(2).padStart(8)}`,
    );
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
