/** Load: as much as goes through by wrk, and a moderate rate with the latency of each request by a client of our own. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';

/** About 1 KiB, with the model where clients put it. */
export const BODY = JSON.stringify({
  model: 'claude-3-opus',
  messages: [{ role: 'user', content: 'x'.repeat(940) }],
});

export interface Throughput {
  readonly requests: number;
  readonly perSecond: number;
  /** Answers that were no 2xx or 3xx, and sockets that failed. */
  readonly failures: number;
}

/** Posts over 32 connections for so long, with the tokens in turn. */
export async function saturate(
  directory: string,
  port: number,
  tokens: readonly string[],
  seconds: number,
): Promise<Throughput> {
  const script = join(directory, 'post.lua');
  writeFileSync(
    script,
    `
local tokens = { ${tokens.map((token) => `"${token}"`).join(', ')} }
local body = [==[${BODY}]==]
local n = 0
request = function()
  n = n % #tokens + 1
  return wrk.format("POST", "/agents/chat", { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. tokens[n] }, body)
end
done = function(summary)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d\\n", summary.requests, summary.duration, e.status + e.connect + e.read + e.write + e.timeout))
end
`,
  );
  const args = ['-t1', '-c32', `-d${seconds}s`, '-s', script, `http://127.0.0.1:${port}/`];
  const { stdout } = await promisify(execFile)('wrk', args);
  const [, requests, microseconds, failures] = /RESULT (\d+) (\d+) (\d+)/.exec(stdout) ?? [];
  return {
    requests: Number(requests),
    perSecond: Number(requests) / (Number(microseconds) / 1e6),
    failures: Number(failures),
  };
}

/** Latencies at a fixed rate, one request after the other's time, whether the other has ended or not. Unit: milliseconds. */
export async function pace(
  port: number,
  token: string,
  perSecond: number,
  seconds: number,
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const latencies: number[] = [];
  const pending: Promise<void>[] = [];
  const begin = performance.now();
  for (let i = 0; i < perSecond * seconds; i++) {
    const due = begin + (i * 1000) / perSecond;
    while (performance.now() < due) await new Promise((resolve) => setImmediate(resolve));
    pending.push(post(agent, port, token, latencies));
  }
  await Promise.all(pending);
  agent.destroy();
  return latencies.sort((a, b) => a - b);
}

function post(agent: Agent, port: number, token: string, latencies: number[]): Promise<void> {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': BODY.length,
  };
  const begin = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request(
      { agent, host: '127.0.0.1', port, method: 'POST', path: '/agents/chat', headers },
      (answer) => {
        answer.resume().on('end', () => {
          latencies.push(performance.now() - begin);
          resolve();
        });
      },
    );
    sent.on('error', reject).end(BODY);
  });
}

export function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}
