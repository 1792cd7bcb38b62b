/** The bundled router as a program of its own, started as its pod starts it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { GatewayModel } from '../../src/model/gateway-model';
import { until } from './client';
import { runCommand } from './run-command';

export interface RouterProgram {
  readonly process: ChildProcess;
  readonly port: number;
  readonly adminPort: number;
  /** Lines of the log so far. */
  readonly lines: readonly Record<string, unknown>[];
  /** Ends with the process: its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string | null>;
}

const ROOT = resolve(__dirname, '../..');

/** Builds the program as it ships, into a folder of its own. */
export function buildProgram(): { readonly file: string; readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'router-'));
  runCommand(process.execPath, [join(ROOT, 'scripts/bundle.mjs'), folder], ROOT);
  return { file: join(folder, 'router.cjs'), folder };
}

/** The API key that `writeConfiguration` knows. */
export const KEY = 'agw-test-key';

/** Writes a gateway document and a file of API keys. */
export function writeConfiguration(folder: string, model: GatewayModel): Record<string, string> {
  const documentPath = join(folder, 'gateway.json');
  const keysPath = join(folder, 'keys.json');
  writeFileSync(documentPath, JSON.stringify(model));
  const digest = createHash('sha256').update(KEY).digest('hex');
  writeFileSync(keysPath, JSON.stringify({ [digest]: { subject: 'robot' } }));
  return {
    GATEWAY_DOCUMENT: documentPath,
    API_KEYS_FILE: keysPath,
    STORE_URL: 'memory:',
    PORT: '0',
    ADMIN_PORT: '0',
    DRAIN_SECONDS: '0',
    GRACE_SECONDS: '20',
  };
}

/** Starts the program with an environment and nothing besides; does not wait. */
export function spawnProgram(file: string, environment: Record<string, string>) {
  const child = spawn(process.execPath, [file], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
    process.stderr.write(text);
  });
  const lines: Record<string, unknown>[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) lines.push(JSON.parse(part) as Record<string, unknown>);
  });
  const ended = new Promise<number | string | null>((done) => {
    child.once('close', (code, signal) => done(code ?? signal));
  });
  return { process: child, lines, ended, errors: () => errors };
}

/** Starts the program and waits until it says that it has started. */
export async function startProgram(
  file: string,
  environment: Record<string, string>,
): Promise<RouterProgram> {
  const program = spawnProgram(file, environment);
  await until(() => program.lines.some((line) => line.event === 'started'), 'the start');
  const started = program.lines.find((line) => line.event === 'started');
  return { ...program, port: Number(started?.port), adminPort: Number(started?.adminPort) };
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
