/** From starting the router's process until it is ready, and its memory then. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { platform } from '../examples/quickstart/platform';
import { resolveGateway } from '../src/resolve/resolve-gateway';
import { atMost, type Goal } from './goals';
import { ROUTER_NODE } from './http/contenders';
import { percentile } from './http/load';
import { statusOf } from './http/processes';

const STARTS = 9;

export async function measureStart(): Promise<Goal[]> {
  const directory = mkdtempSync(join(tmpdir(), 'agent-gateway-bench-'));
  try {
    const env = files(directory);
    const runs = [];
    for (let i = 0; i < STARTS; i++) runs.push(await startOnce(env));
    const middle = (values: number[]) => percentile(values, 50);
    return [
      atMost(
        'start to ready',
        150,
        middle(runs.map((run) => run.readyMilliseconds)),
        'ms',
        `, median of ${STARTS}`,
      ),
      atMost('resident memory when idle', 70, middle(runs.map((run) => run.rssMebibytes)), 'MiB'),
    ];
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function files(directory: string): NodeJS.ProcessEnv {
  // API keys alone: how fast an issuer answers is not the router's doing.
  const resolved = resolveGateway({ ...platform, auth: { apiKeys: platform.auth.apiKeys } });
  if (resolved.kind === 'problems') throw new Error(JSON.stringify(resolved.problems));
  const [documentFile, keysFile] = [join(directory, 'gateway.json'), join(directory, 'keys.json')];
  writeFileSync(documentFile, JSON.stringify(resolved.gateway));
  const digest = createHash('sha256').update('k').digest('hex');
  writeFileSync(keysFile, JSON.stringify({ [digest]: { subject: 'bench' } }));
  return {
    GATEWAY_DOCUMENT: documentFile,
    API_KEYS_FILE: keysFile,
    STORE_URL: 'memory:',
    PORT: '0',
    ADMIN_PORT: '0',
    BIND_ADDRESS: '127.0.0.1',
  };
}

async function startOnce(
  env: NodeJS.ProcessEnv,
): Promise<{ readyMilliseconds: number; rssMebibytes: number }> {
  const begin = performance.now();
  const child = spawn(ROUTER_NODE, [join(__dirname, '../bundle/router.cjs')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const adminPort = await new Promise<number>((resolve) => {
    lines.on('line', (line) => {
      const entry = JSON.parse(line);
      if (entry.event === 'started') resolve(entry.adminPort);
    });
  });
  while ((await readiness(adminPort)) !== 200) await new Promise((resolve) => setTimeout(resolve, 1));
  const readyMilliseconds = performance.now() - begin;
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const rssMebibytes = statusOf(child.pid as number, 'VmRSS');
  child.kill('SIGKILL');
  return { readyMilliseconds, rssMebibytes };
}

function readiness(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, path: '/readyz', agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    request.on('error', reject);
  });
}
