/** A Redis of its own for a test file: on a free port of the loopback, in memory, ended with the test. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port';

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Stops answering while its connections stay open. */
  pause(): void;
  resume(): void;
  /** Ends it at once; connections are cut. */
  kill(): Promise<void>;
  /** Starts it anew, empty, on the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startRedis(...args: string[]): Promise<RedisServer> {
  const program = await findRedis();
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'agent-gateway-redis-'));
  const options = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    directory,
  ];
  let child: ChildProcess;
  const start = async () => {
    child = spawn(program, [...options, ...args], { stdio: 'ignore' });
    await untilListening(port);
  };
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    kill,
    restart: start,
    async stop() {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const NAMES = ['redis-server', 'valkey-server'];

/** The program on the PATH, or Debian's package where it may be installed. Never skips: without one the test fails. */
export async function findRedis(): Promise<string> {
  const found = onPath();
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || !runs('apt-get', ['--version'])) {
    throw new Error(
      'install redis-server or valkey-server (7 or later): tests of limits need one on the PATH',
    );
  }
  // Test files run side by side: the first one installs, the others wait for it.
  const lock = join(tmpdir(), 'agent-gateway-redis-install');
  const install = takeLock(lock);
  try {
    if (install) installRedis();
    for (let i = 0; i < 600 && onPath() === undefined; i++)
      await new Promise((resolve) => setTimeout(resolve, 100));
  } finally {
    if (install) rmSync(lock, { recursive: true, force: true });
  }
  const installed = onPath();
  if (installed === undefined) throw new Error('apt-get could not install redis-server: install it by hand');
  return installed;
}

function installRedis(): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  runs('apt-get', ['update'], env);
  // The server alone: the package `redis-server` would also start one.
  runs('apt-get', ['install', '-y', '--no-install-recommends', 'redis-tools', 'redis-server'], env);
  runs('service', ['redis-server', 'stop'], env);
}

function takeLock(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}

function onPath(): string | undefined {
  return NAMES.find((name) => runs(name, ['--version']));
}

function runs(command: string, args: string[], env = process.env): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore', env });
    return true;
  } catch {
    return false;
  }
}

export async function untilListening(port: number): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const connected = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
    });
    if (connected) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nothing listens at port ${port}`);
}
