/** Programs of a measurement: started on free ports of the loopback, with the processor time that each has used. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';

export interface Running {
  /** Of the process and its children. Unit: milliseconds. */
  cpuMilliseconds(): number;
  /** Unit: MiB. */
  residentMebibytes(): number;
  stop(): void;
}

/** Ticks of `/proc/<pid>/stat` per second on Linux. */
const TICKS_PER_SECOND = 100;

export async function start(
  command: string,
  args: string[],
  port: number,
  env = process.env,
): Promise<Running> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  await untilListening(port, command);
  return {
    cpuMilliseconds: () => sum(familyOf(child), cpuOf),
    residentMebibytes: () => sum(familyOf(child), residentOf),
    stop: () => {
      for (const pid of familyOf(child)) process.kill(pid, 'SIGKILL');
    },
  };
}

function familyOf(child: ChildProcess): number[] {
  const family = [child.pid ?? 0];
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = Number(statOf(Number(name))?.[1]);
    if (family.includes(parent)) family.push(Number(name));
  }
  return family;
}

/** Fields behind the command's name: state, parent, … (proc(5)). */
function statOf(pid: number): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
  } catch {
    return undefined;
  }
}

function cpuOf(pid: number): number {
  const stat = statOf(pid);
  return ((Number(stat?.[11] ?? 0) + Number(stat?.[12] ?? 0)) * 1000) / TICKS_PER_SECOND;
}

function residentOf(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function sum(pids: readonly number[], of: (pid: number) => number): number {
  return pids.reduce((total, pid) => total + of(pid), 0);
}

async function untilListening(port: number, what: string): Promise<void> {
  for (let i = 0; i < 400; i++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${what} does not listen at port ${port}`);
}
