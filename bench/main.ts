/**
 * `npm run bench`: measures what the design promises and prints the table of goals. Parts may be named:
 * `npm run bench -- requests streams`.
 */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { type Goal, printGoals } from './goals';
import { ROUTER_NODE } from './http/contenders';
import { measureLargeBody } from './http/large-body';
import { measureRequests } from './http/requests';
import { measureStreams } from './http/streams';
import { measureStart } from './start';

const PARTS: Readonly<Record<string, () => Promise<Goal[]>>> = {
  requests: measureRequests,
  streams: measureStreams,
  body: measureLargeBody,
  start: measureStart,
  synth: measureSynth,
};

/** Programs that the measurements call, and the package of Debian that has each. */
const PROGRAMS = { nginx: 'nginx-light', haproxy: 'haproxy', wrk: 'wrk', 'redis-server': 'redis-server' };

async function main(): Promise<void> {
  const named = process.argv.slice(2);
  const unknown = named.find((name) => !Object.hasOwn(PARTS, name));
  if (unknown !== undefined)
    throw new Error(`no part "${unknown}"; there are ${Object.keys(PARTS).join(', ')}`);
  const missing = Object.entries(PROGRAMS).filter(([program]) => !isThere(program));
  if (missing.length > 0)
    throw new Error(`install ${missing.map(([, name]) => name).join(' ')}: apt-get install …`);
  const node = execFileSync(ROUTER_NODE, ['--version']).toString().trim();
  console.log(
    `${cpus().length} cores ${cpus()[0]?.model}, router on Node ${node}, load ${loadavg()[0]?.toFixed(1)}`,
  );
  const goals: Goal[] = [];
  for (const [name, measure] of Object.entries(PARTS)) {
    if (named.length > 0 && !named.includes(name)) continue;
    console.log(`\n## ${name}`);
    goals.push(...(await measure()));
  }
  printGoals(goals);
}

/** In a process of its own. */
async function measureSynth(): Promise<Goal[]> {
  const lines = execFileSync(process.execPath, [...process.execArgv, join(__dirname, 'synth.ts')])
    .toString()
    .trim()
    .split('\n');
  console.log(lines.slice(0, -1).join('\n'));
  return JSON.parse((lines.at(-1) as string).replace(/^goals /, '')) as Goal[];
}

function isThere(program: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', `command -v ${program}`]);
    return true;
  } catch {
    return false;
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
