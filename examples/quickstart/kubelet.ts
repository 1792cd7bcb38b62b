/**
 * Starts the router of a manifest as a kubelet would: its files from ConfigMaps and Secrets, its environment, its
 * command, its probes. Only three things differ from a pod: mounts live below a temporary directory, names of
 * Services are looked up in `cluster-network.cjs`, and the overrides that the caller names.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

/** As much of a Kubernetes object as is read here. */
// biome-ignore lint/suspicious/noExplicitAny: manifests are read as untyped YAML, as a kubelet's client would get them
export type Manifest = any;

export interface PodOptions {
  readonly objects: readonly Manifest[];
  /** Data of Secrets that the user makes: `{ name: { key: text } }`. */
  readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Variables that are not as in the manifest. */
  readonly overrides: Readonly<Record<string, string>>;
  /** `{ 'agent-service:8000': 41234 }`: ports on this machine that stand for Services. */
  readonly services: Readonly<Record<string, number>>;
}

export interface RunningPod {
  readonly port: number;
  readonly adminPort: number;
  /** Where an edge asks, if it does. */
  readonly decisionPort?: number;
  /** Lines that the container printed. */
  readonly lines: readonly string[];
  /** Sends SIGTERM, or another signal, and resolves to the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts the only Deployment's only container and waits until its readiness probe passes. */
export async function runPod(options: PodOptions): Promise<RunningPod> {
  const deployment = options.objects.find((object) => object.kind === 'Deployment');
  const spec = deployment.spec.template.spec;
  const container = spec.containers[0];
  const root = mkdtempSync(join(tmpdir(), 'agent-gateway-pod-'));
  const mounts: string[] = container.volumeMounts.map((mount: Manifest) => mount.mountPath);
  for (const mount of container.volumeMounts) {
    const volume = spec.volumes.find((candidate: Manifest) => candidate.name === mount.name);
    writeFiles(join(root, mount.mountPath), volumeFiles(volume, options));
  }
  const inRoot = (text: string) =>
    mounts.some((path) => `${text}/`.startsWith(`${path}/`)) ? join(root, text) : text;
  const [program, ...args]: string[] = [...container.command, ...(container.args ?? [])].map(inRoot);

  const child = spawn(program === 'node' ? process.execPath : (program ?? ''), args, {
    env: {
      ...Object.fromEntries(
        container.env.map((entry: Manifest) => [entry.name, inRoot(variableOf(entry, options))]),
      ),
      ...options.overrides,
      NODE_OPTIONS: `--require ${JSON.stringify(join(__dirname, 'cluster-network.cjs'))}`,
      CLUSTER_SERVICES: JSON.stringify(options.services),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pod = await untilReady(child, container.readinessProbe.httpGet.path);
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    child.kill(signal);
    await ended;
    rmSync(root, { recursive: true, force: true });
    return child.exitCode;
  };
  return { ...pod, stop };
}

/** Files of a volume, by name. */
function volumeFiles(volume: Manifest, options: PodOptions): Record<string, Buffer | string> {
  if (volume.emptyDir !== undefined) return {};
  if (volume.secret !== undefined) {
    const data = options.secrets[volume.secret.secretName] ?? {};
    const items: Manifest[] = volume.secret.items ?? Object.keys(data).map((key) => ({ key, path: key }));
    return Object.fromEntries(items.map(({ key, path }) => [path, data[key] ?? '']));
  }
  const map = options.objects.find(
    (object) => object.kind === 'ConfigMap' && object.metadata.name === volume.configMap.name,
  );
  const binary = Object.entries<string>(map.binaryData ?? {});
  return {
    ...map.data,
    ...Object.fromEntries(binary.map(([name, text]) => [name, Buffer.from(text, 'base64')])),
  };
}

function writeFiles(directory: string, files: Record<string, Buffer | string>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}

function variableOf(entry: Manifest, options: PodOptions): string {
  const reference = entry.valueFrom?.secretKeyRef;
  return reference === undefined ? entry.value : (options.secrets[reference.name]?.[reference.key] ?? '');
}

async function untilReady(child: ChildProcess, path: string): Promise<Omit<RunningPod, 'stop'>> {
  const lines: string[] = [];
  const started = new Promise<Pick<RunningPod, 'port' | 'adminPort' | 'decisionPort'>>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the router ended with ${code}:\n${lines.join('\n')}`)));
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      lines.push(line);
      const entry = JSON.parse(line);
      if (entry.event === 'started') resolve(entry);
    });
  });
  const { port, adminPort, decisionPort } = await started;
  const deadline = Date.now() + 10_000;
  while ((await statusOf(adminPort, path)) !== 200) {
    if (Date.now() > deadline) throw new Error(`the router is not ready:\n${lines.join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { port, adminPort, ...(decisionPort === undefined ? {} : { decisionPort }), lines };
}

function statusOf(port: number, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    }).on('error', reject);
  });
}
