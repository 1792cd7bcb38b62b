/** A real Traefik on the loopback that watches an API server: its ports, its routers, and names that it alone knows. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ApiServer } from './api-server';
import { freePort } from './free-port';

/** A Traefik that runs. */
export interface Traefik {
  readonly pid: number;
  /** By name of the entry point. */
  readonly ports: Readonly<Record<string, number>>;
  /** As its API tells of them. Rejects while it starts. */
  routers(): Promise<readonly TraefikRouter[]>;
  /** URLs of the servers that it sends requests to. */
  servers(): Promise<readonly string[]>;
  /** What it has said of errors so far. */
  complaints(): readonly string[];
  /** Whether it has ended by itself. */
  ended(): boolean;
  stop(): void;
}

/** As much of a router of Traefik's as tests read. */
export interface TraefikRouter {
  readonly name: string;
  readonly status: string;
  readonly rule: string;
  readonly error?: readonly string[];
  readonly middlewares?: readonly string[];
}

/** What is not as usual. */
export interface TraefikOptions {
  readonly entryPoints: readonly string[];
  /**
   * Addresses of the loopback by name, for Traefik alone: an API server takes no endpoint with such an address. In a mount
   * namespace with an `/etc/hosts` of its own, so Linux must let this user make one.
   */
  readonly localNames?: Readonly<Record<string, string>>;
  /** Further flags. */
  readonly more?: readonly string[];
}

/** Starts a Traefik; does not wait until it has read anything. */
export async function startTraefik(
  program: string,
  server: ApiServer,
  { entryPoints, localNames, more = [] }: TraefikOptions,
): Promise<Traefik> {
  const ports: Record<string, number> = {};
  for (const name of [...entryPoints, 'traefik']) ports[name] = await freePort();
  const args = [
    ...Object.entries(ports).map(([name, port]) => `--entrypoints.${name}.address=127.0.0.1:${port}`),
    '--api.insecure=true',
    `--providers.kubernetescrd.endpoint=${server.url}`,
    `--providers.kubernetescrd.token=${server.token}`,
    `--providers.kubernetescrd.certauthfilepath=${server.certificateFile}`,
    // As Traefik's Helm chart sets it: no pods run here.
    '--providers.kubernetescrd.allowemptyservices=true',
    // Two seconds by default between two changes.
    '--providers.providersthrottleduration=50ms',
    '--log.format=json',
    '--log.level=ERROR',
    '--global.checknewversion=false',
    '--global.sendanonymoususage=false',
    ...more,
  ];
  const { KUBECONFIG: _, ...env } = process.env;
  const folder = mkdtempSync(join(tmpdir(), 'agent-gateway-traefik-'));
  const [command, before] =
    localNames === undefined ? [program, []] : ['unshare', [...withHosts(folder, localNames), program]];
  const child: ChildProcess = spawn(command, [...before, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream as NodeJS.ReadableStream }).on('line', (line) => lines.push(line));
  }
  return {
    pid: child.pid ?? 0,
    ports,
    complaints: () => [...lines],
    ended: () => child.exitCode !== null || child.signalCode !== null,
    routers: () => read(ports.traefik ?? 0, '/api/http/routers?per_page=1000'),
    async servers() {
      const services = await read<readonly ServiceOfTraefik[]>(
        ports.traefik ?? 0,
        '/api/http/services?per_page=1000',
      );
      return services.flatMap(({ loadBalancer }) => (loadBalancer?.servers ?? []).map(({ url }) => url));
    },
    stop() {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Looks at a Traefik that has begun to serve before its silence about a route counts as a refusal. */
const LOOKS_MOST = 60;
const LOOK_MILLISECONDS = 50;

/**
 * Waits until Traefik has built so many routes.
 *
 * @throws with Traefik's own words, as soon as it refuses one, leaves one out, or ends
 */
export async function untilBuilt(traefik: Traefik, routes: number): Promise<readonly TraefikRouter[]> {
  let looks = 0;
  for (let waits = 0; waits < 600; waits++) {
    if (traefik.ended()) throw new Error(`Traefik has ended:\n${traefik.complaints().join('\n')}`);
    const all = await traefik.routers().catch(() => []);
    const built = all.filter(({ name }) => name.endsWith('@kubernetescrd'));
    const refused = built.filter(({ status, error = [] }) => status !== 'enabled' || error.length > 0);
    if (refused.length > 0) throw new Error(`Traefik refuses:\n${refused.map(refusalOf).join('\n')}`);
    if (built.length === routes) return built;
    if (built.length > 0 && ++looks > LOOKS_MOST) break;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
  }
  throw new Error(`Traefik has not built ${routes} routes, and says:\n${traefik.complaints().join('\n')}`);
}

function refusalOf({ name, status, rule, error = [] }: TraefikRouter): string {
  return `${name} (${rule}) is ${status}: ${error.join('; ')}`;
}

/** Arguments of `unshare` before a program that is to see other hosts. It becomes the program, so it can be killed. */
function withHosts(folder: string, names: Readonly<Record<string, string>>): string[] {
  const file = join(folder, 'hosts');
  const lines = Object.entries({ localhost: '127.0.0.1', ...names }).map(
    ([name, address]) => `${address} ${name}\n`,
  );
  writeFileSync(file, lines.join(''));
  const user = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  return ['--mount', ...user, 'sh', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"', file];
}

interface ServiceOfTraefik {
  readonly loadBalancer?: { readonly servers?: readonly { readonly url: string }[] };
}

function read<T>(port: number, path: string): Promise<T> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      answer.on('end', () => {
        // Traefik answers 404 while it starts.
        if (answer.statusCode === 200) resolve(JSON.parse(Buffer.concat(chunks).toString()));
        else reject(new Error(`status ${answer.statusCode}`));
      });
    }).on('error', reject);
  });
}
