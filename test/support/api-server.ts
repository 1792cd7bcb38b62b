/**
 * A real Kubernetes API server for a test file, with nothing behind it: etcd and kube-apiserver on free ports of the
 * loopback, in a directory of their own, ended with the test. Takes the programs from `KUBE_APISERVER_BIN` and `ETCD_BIN`,
 * or from the PATH.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from './free-port';
import type { KubernetesObject } from './synthesise';

export interface ApiServer {
  readonly url: string;
  readonly token: string;
  readonly certificateFile: string;
  /** Sends one request; the body of the answer is parsed. */
  call(method: string, path: string, body?: unknown): Promise<ApiAnswer>;
  stop(): Promise<void>;
}

export interface ApiAnswer {
  readonly status: number;
  /** The `Warning` headers. */
  readonly warnings: readonly string[];
  readonly body: { readonly message?: string; readonly [key: string]: unknown };
}

/** Of documentation's range: never connected to, but a loopback address would be refused. */
const ADVERTISED = '198.51.100.10';

export function programOf(variable: string, name: string): string | undefined {
  const named = process.env[variable];
  if (named !== undefined) return named;
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => isExecutable(path));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export async function startApiServer(programs: { apiServer: string; etcd: string }): Promise<ApiServer> {
  const directory = mkdtempSync(join(tmpdir(), 'agent-gateway-api-'));
  const token = randomBytes(16).toString('hex');
  const [clientPort, peerPort, port] = [await freePort(), await freePort(), await freePort()];
  const etcd = spawn(programs.etcd, etcdArguments(directory, clientPort, peerPort), { stdio: 'ignore' });
  writeFileSync(join(directory, 'tokens.csv'), `${token},admin,admin,system:masters\n`);
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(join(directory, 'accounts.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }));
  const server = spawn(programs.apiServer, apiServerArguments(directory, clientPort, port), {
    stdio: 'ignore',
  });

  const certificateFile = join(directory, 'certificates/apiserver.crt');
  const call = (method: string, path: string, body?: unknown) =>
    send({ port, token, certificateFile }, method, path, body);
  const stop = async () => {
    await Promise.all([kill(server), kill(etcd)]);
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await until(async () => existsSync(certificateFile) && (await call('GET', '/readyz')).status === 200);
    await until(async () => (await call('GET', '/api/v1/namespaces/default')).status === 200);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `https://127.0.0.1:${port}`, token, certificateFile, call, stop };
}

function etcdArguments(directory: string, clientPort: number, peerPort: number): string[] {
  const [client, peer] = [`http://127.0.0.1:${clientPort}`, `http://127.0.0.1:${peerPort}`];
  return [
    ...['--data-dir', join(directory, 'etcd'), '--unsafe-no-fsync', '--log-level', 'error'],
    ...['--listen-client-urls', client, '--advertise-client-urls', client],
    ...[
      '--listen-peer-urls',
      peer,
      '--initial-advertise-peer-urls',
      peer,
      '--initial-cluster',
      `default=${peer}`,
    ],
  ];
}

function apiServerArguments(directory: string, etcdPort: number, port: number): string[] {
  const key = join(directory, 'accounts.key');
  return [
    ...['--etcd-servers', `http://127.0.0.1:${etcdPort}`],
    ...['--bind-address', '127.0.0.1', '--secure-port', String(port), '--advertise-address', ADVERTISED],
    ...['--endpoint-reconciler-type', 'none', '--cert-dir', join(directory, 'certificates')],
    ...['--token-auth-file', join(directory, 'tokens.csv'), '--authorization-mode', 'RBAC'],
    ...[
      '--service-account-issuer',
      'https://kubernetes.default.svc',
      '--service-cluster-ip-range',
      '10.96.0.0/16',
    ],
    ...['--service-account-key-file', key, '--service-account-signing-key-file', key],
    // No controller makes the default account that this plugin asks for.
    ...['--disable-admission-plugins', 'ServiceAccount'],
  ];
}

function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve()).kill('SIGKILL');
  });
}

export async function until(holds: () => Promise<boolean>, attempts = 600): Promise<void> {
  for (let i = 0; i < attempts; i++) {
    if (await holds().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('gave up waiting');
}

interface Connection {
  readonly port: number;
  readonly token: string;
  readonly certificateFile: string;
}

function send(to: Connection, method: string, path: string, body: unknown): Promise<ApiAnswer> {
  const type = method === 'PATCH' ? 'application/apply-patch+yaml' : 'application/json';
  const options = {
    host: '127.0.0.1',
    port: to.port,
    method,
    path,
    ca: readFileSync(to.certificateFile),
    headers: { authorization: `Bearer ${to.token}`, 'content-type': type, accept: 'application/json' },
  };
  return new Promise((resolve, reject) => {
    const sent = request(options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const isJson = answer.headers['content-type']?.includes('json') === true;
        resolve({
          status: answer.statusCode ?? 0,
          warnings: [answer.headers.warning ?? []].flat(),
          body: isJson ? JSON.parse(text) : { message: text },
        });
      });
    });
    sent.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const plurals = new Map<string, string>();

/** Path of an object's collection, by the server's own list of kinds. */
export async function collectionOf(
  server: ApiServer,
  object: KubernetesObject,
  namespace?: string,
): Promise<string> {
  const root = object.apiVersion.includes('/') ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`;
  const id = `${root} ${object.kind}`;
  if (!plurals.has(id)) {
    const { body } = await server.call('GET', root);
    const resources = (body.resources ?? []) as { name: string; kind: string }[];
    for (const { name, kind } of resources) if (!name.includes('/')) plurals.set(`${root} ${kind}`, name);
  }
  const plural = plurals.get(id);
  if (plural === undefined)
    throw new Error(`the API server does not know ${object.kind} of ${object.apiVersion}`);
  return namespace === undefined ? `${root}/${plural}` : `${root}/namespaces/${namespace}/${plural}`;
}

/** Applies an object as `kubectl apply --server-side --validate=strict` does. */
export async function apply(
  server: ApiServer,
  object: KubernetesObject,
  namespace?: string,
): Promise<ApiAnswer> {
  const collection = await collectionOf(server, object, namespace);
  const path = `${collection}/${object.metadata.name}?fieldManager=test&force=true&fieldValidation=Strict`;
  const placed =
    namespace === undefined ? object : { ...object, metadata: { ...object.metadata, namespace } };
  return server.call('PATCH', path, placed);
}
