/** A real Traefik on the loopback that watches an API server: its ports, its routers, and names that it alone knows. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiServer } from './api-server';
import { freePort } from './redis-server';

/** A Traefik that runs. */
export interface Traefik {
  readonly pid: number;
  /** By name of the entry point. */
  readonly ports: Readonly<Record<string, number>>;
  /** As its API tells of them. Rejects while it starts. */
  routers(): Promise<readonly TraefikRouter[]>;
  /** URLs of the servers that it sends requests to. */
  servers(): Promise<readonly string[]>;
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
}

/** Starts a Traefik; does not wait until it has read anything. */
export async function startTraefik(
  program: string,
  server: ApiServer,
  { entryPoints, localNames }: TraefikOptions,
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
    '--global.checknewversion=false',
    '--global.sendanonymoususage=false',
  ];
  const { KUBECONFIG: _, ...env } = process.env;
  const folder = mkdtempSync(join(tmpdir(), 'agent-gateway-traefik-'));
  const child: ChildProcess =
    localNames === undefined
      ? spawn(program, args, { stdio: 'ignore', env })
      : spawn('unshare', [...withHosts(folder, localNames), program, ...args], {
          stdio: ['ignore', 'ignore', 'inherit'],
          env,
        });
  return {
    pid: child.pid ?? 0,
    ports,
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
