/**
 * `npm run bench`: measures what the design promises and prints the table of goals. Parts may be named:
 * `npm run bench -- requests streams`.
 */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { type Goal, printGoals } from './goals';
import { ROUTER_NODE } from './http/contenders';
import { measureRequests } from './http/requests';

const PARTS: Readonly<Record<string, () => Promise<Goal[]>>> = {
  requests: measureRequests,
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
