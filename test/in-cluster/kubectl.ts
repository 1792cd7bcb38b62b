/** The user's own `kubectl`, for whatever cluster `KUBECONFIG` leads to. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { programOf } from '../support/api-server';

/** Longest that one command may take. Unit: milliseconds. */
const COMMAND_MILLISECONDS = 180_000;
const OUTPUT_BYTES_MOST = 50_000_000;

/** Runs a command; gives what it printed. @throws Error with what it said is wrong */
export function kubectl(args: readonly string[], input = ''): Promise<string> {
  const options = { timeout: COMMAND_MILLISECONDS, maxBuffer: OUTPUT_BYTES_MOST };
  return new Promise((resolve, reject) => {
    const child = execFile(program(), [...args], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`kubectl ${args.join(' ')}: ${stderr.trim() || error.message}`));
    });
    child.stdin?.end(input);
  });
}

/** Runs a command that prints an object. */
export async function kubectlJson<T>(args: readonly string[]): Promise<T> {
  return JSON.parse(await kubectl([...args, '--output', 'json'])) as T;
}

/** Applies objects as a user would, with a plain `kubectl apply`. */
export async function apply(namespace: string, objects: readonly object[]): Promise<void> {
  await kubectl(['apply', '--namespace', namespace, '--filename', '-'], JSON.stringify(listOf(objects)));
}

function listOf(objects: readonly object[]): object {
  return { apiVersion: 'v1', kind: 'List', items: objects };
}

/** Waits until a Deployment or StatefulSet runs what it should. */
export async function rolledOut(namespace: string, workload: string): Promise<void> {
  await kubectl(['rollout', 'status', workload, '--namespace', namespace, '--timeout', '150s']);
}

/** A way from a port of the loopback to one of a pod. */
export interface PortForward {
  readonly port: number;
  close(): void;
}

/** Opens such a way. */
export async function portForward(namespace: string, pod: string, port: number): Promise<PortForward> {
  const args = ['port-forward', '--namespace', namespace, pod, `:${port}`];
  const child = spawn(program(), args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const local = Number(/127\.0\.0\.1:(\d+)/.exec(line)?.[1]);
  return { port: local, close: () => void child.kill('SIGKILL') };
}

function program(): string {
  const found = programOf('KUBECTL_BIN', 'kubectl');
  if (found === undefined) throw new Error('there is no kubectl: set KUBECTL_BIN, or put it on the PATH');
  return found;
}
