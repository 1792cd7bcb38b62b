/** Programs of a measurement: started on free ports of the loopback, with the time and memory that each has used. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';

/** A program that listens. */
export interface Running {
  readonly pid: number;
  /** Processor time of the process and its children so far. Unit: milliseconds. */
  cpuMilliseconds(): number;
  /** Unit: MiB. */
  residentMebibytes(): number;
  /** The most that was resident since `forgetPeak`, of the process alone. Unit: MiB. */
  peakMebibytes(): number;
  forgetPeak(): void;
  /** Ends it by a signal, and waits for its end. */
  end(signal: NodeJS.Signals): Promise<void>;
  stop(): void;
}

/** What is unusual of a start. */
export interface StartOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** A file that takes what the program prints; default: nobody does. */
  readonly output?: number;
}

/** Ticks of `/proc/<pid>/stat` per second on Linux. */
const TICKS_PER_SECOND = 100;

export async function start(
  command: string,
  args: readonly string[],
  port: number,
  { env = process.env, output }: StartOptions = {},
): Promise<Running> {
  // As many open files as may be.
  const child = spawn('/bin/sh', ['-c', 'ulimit -n $(ulimit -Hn); exec "$0" "$@"', command, ...args], {
    env,
    stdio: ['ignore', output ?? 'ignore', output ?? 'inherit'],
  });
  await untilListening(port, command, child);
  const pid = child.pid as number;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    pid,
    cpuMilliseconds: () => sum(familyOf(pid), cpuOf),
    residentMebibytes: () => sum(familyOf(pid), (member) => statusOf(member, 'VmRSS')),
    peakMebibytes: () => statusOf(pid, 'VmHWM'),
    // proc(5): 5 resets the peak of the resident set.
    forgetPeak: () => writeFileSync(`/proc/${pid}/clear_refs`, '5'),
    end(signal) {
      child.kill(signal);
      return ended;
    },
    stop() {
      for (const member of familyOf(pid)) {
        try {
          process.kill(member, 'SIGKILL');
        } catch {
          // It has ended by itself.
        }
      }
    },
  };
}

/** A process and its children, by id. */
export function familyOf(pid: number): number[] {
  const family = [pid];
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

/** Processor time of one process. Unit: milliseconds. */
export function cpuOf(pid: number): number {
  const stat = statOf(pid);
  return ((Number(stat?.[11] ?? 0) + Number(stat?.[12] ?? 0)) * 1000) / TICKS_PER_SECOND;
}

/** A field of `/proc/<pid>/status` that is given in kB. Unit: MiB. */
export function statusOf(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function sum(pids: readonly number[], of: (pid: number) => number): number {
  return pids.reduce((total, pid) => total + of(pid), 0);
}

async function untilListening(port: number, what: string, child: ChildProcess): Promise<void> {
  for (let i = 0; i < 400 && child.exitCode === null; i++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  child.kill('SIGKILL');
  throw new Error(`${what} does not listen at port ${port}`);
}
