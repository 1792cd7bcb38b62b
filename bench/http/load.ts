/** Load: as much as goes through by wrk, and a moderate rate with the latency of each request. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Client, HOST, requestBytes, type Timing } from './client';
import { cpuOf } from './processes';

/** About 1 KiB, with the model where clients put it. */
export const BODY = JSON.stringify({
  model: 'claude-3-opus',
  messages: [{ role: 'user', content: 'x'.repeat(940) }],
});

const CHAT_PATH = '/agents/chat';

export interface Throughput {
  readonly requests: number;
  readonly perSecond: number;
  /** Answers that were no 2xx or 3xx, and sockets that failed. */
  readonly failures: number;
  /** Share of one core that the generator took. */
  readonly generatorBusy: number;
}

/** Posts over 32 connections for so long, with the tokens in turn. */
export async function saturate(
  directory: string,
  port: number,
  tokens: readonly string[],
  seconds: number,
  path = CHAT_PATH,
): Promise<Throughput> {
  const script = join(directory, 'post.lua');
  writeFileSync(
    script,
    `
local tokens = { ${tokens.map((token) => `"${token}"`).join(', ')} }
local body = [==[${BODY}]==]
local requests, n = {}, 0
init = function()
  for i, token in ipairs(tokens) do
    requests[i] = wrk.format("POST", "${path}", { ["Host"] = "${HOST}", ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. token }, body)
  end
end
request = function()
  n = n % #tokens + 1
  return requests[n]
end
done = function(summary)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d\\n", summary.requests, summary.duration, e.status + e.connect + e.read + e.write + e.timeout))
end
`,
  );
  const args = ['-t1', '-c32', `-d${seconds}s`, '--timeout', '20s', '-s', script];
  const { output, cpuMilliseconds } = await run('wrk', [...args, `http://127.0.0.1:${port}/`]);
  const [, requests, microseconds, failures] = /RESULT (\d+) (\d+) (\d+)/.exec(output) ?? [];
  return {
    requests: Number(requests),
    perSecond: Number(requests) / (Number(microseconds) / 1e6),
    failures: Number(failures),
    generatorBusy: cpuMilliseconds / (seconds * 1000),
  };
}

/** Runs a program to its end; its processor time is looked at while it runs, so the last moments are missing. */
function run(command: string, args: string[]): Promise<{ output: string; cpuMilliseconds: number }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    let cpuMilliseconds = 0;
    const looking = setInterval(() => {
      cpuMilliseconds = Math.max(cpuMilliseconds, cpuOf(child.pid ?? 0));
    }, 100);
    child.stdout.on('data', (text: Buffer) => {
      output += text.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(looking);
      if (code === 0) resolve({ output, cpuMilliseconds });
      else reject(new Error(`${command} ended with ${code}: ${output}`));
    });
  });
}

/** Someone who is asked at a fixed rate. */
export interface Paced {
  readonly port: number;
  readonly timings: Timing[];
}

/**
 * Asks everybody at the same fixed rate, in turn, so that whatever disturbs the machine disturbs them alike. A request is
 * sent at its time whether the one before has ended or not.
 *
 * @param perSecond requests to each
 */
export async function pace(
  all: readonly Paced[],
  request: Buffer,
  perSecond: number,
  seconds: number,
): Promise<void> {
  const idle = new Map(all.map((one) => [one, [] as Client[]]));
  const pending: Promise<void>[] = [];
  const step = 1000 / (perSecond * all.length);
  const send = async (one: Paced) => {
    const clients = idle.get(one) as Client[];
    const client = clients.pop() ?? (await Client.open(one.port));
    one.timings.push(await client.send(request));
    clients.push(client);
  };
  const begin = performance.now();
  for (let i = 0; i < perSecond * seconds * all.length; i++) {
    const wait = begin + i * step - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    pending.push(send(all[i % all.length] as Paced));
  }
  await Promise.all(pending);
  for (const clients of idle.values()) for (const client of clients) client.close();
}

/** The request that `pace` sends by default. */
export function chatRequest(token: string, path = CHAT_PATH): Buffer {
  return requestBytes(path, token, Buffer.from(BODY));
}

export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}
