/** From starting the router's process until it is ready, and its memory then: `npm run bench:start`. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { platform } from '../examples/quickstart/platform';
import { resolveGateway } from '../src/resolve/resolve-gateway';

const directory = mkdtempSync(join(tmpdir(), 'agent-gateway-bench-'));
const keysFile = join(directory, 'keys.json');
const documentFile = join(directory, 'gateway.json');

async function measure(): Promise<{ readyMilliseconds: number; rssMebibytes: number }> {
  const begin = performance.now();
  const child = spawn(process.execPath, [join(__dirname, '../bundle/router.cjs')], {
    env: {
      GATEWAY_DOCUMENT: documentFile,
      API_KEYS_FILE: keysFile,
      STORE_URL: 'memory:',
      PORT: '0',
      ADMIN_PORT: '0',
      BIND_ADDRESS: '127.0.0.1',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const adminPort = await new Promise<number>((resolve) => {
    lines.on('line', (line) => {
      const entry = JSON.parse(line);
      if (entry.event === 'started') resolve(entry.adminPort);
    });
  });
  while ((await statusOf(adminPort)) !== 200) await new Promise((resolve) => setTimeout(resolve, 1));
  const readyMilliseconds = performance.now() - begin;
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  child.kill('SIGKILL');
  return { readyMilliseconds, rssMebibytes: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024 };
}

function statusOf(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, path: '/readyz', agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    request.on('error', reject);
  });
}

async function main(): Promise<void> {
  // API keys alone: how fast an issuer answers is not the router's doing.
  const resolved = resolveGateway({ ...platform, auth: { apiKeys: platform.auth.apiKeys } });
  if (resolved.kind === 'problems') throw new Error(JSON.stringify(resolved.problems));
  writeFileSync(documentFile, JSON.stringify(resolved.gateway));
  writeFileSync(
    keysFile,
    JSON.stringify({ [createHash('sha256').update('k').digest('hex')]: { subject: 'bench' } }),
  );
  const runs = [];
  for (let i = 0; i < 9; i++) runs.push(await measure());
  rmSync(directory, { recursive: true });
  const middle = (values: number[]) => values.sort((a, b) => a - b)[4]?.toFixed(0);
  console.log(`start to ready, median of 9    ${middle(runs.map((run) => run.readyMilliseconds))} ms`);
  console.log(`resident memory when idle      ${middle(runs.map((run) => run.rssMebibytes))} MiB`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
