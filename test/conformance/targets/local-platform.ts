/**
 * The platform on this machine: its backends and its issuer, a Redis if asked for, and as many routers as asked for, each
 * started from the synthesised manifests as a kubelet would.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { AgentGatewayProps } from 'cdk8s-agent-gateway';
import Redis from 'ioredis';
import { type RunningPod, runPod } from '../../../examples/quickstart/kubelet';
import { limitKeyOf } from '../../../src/router/identity/credentials';
import { freePort } from '../../support/free-port';
import { type IdentityProvider, startIdentityProvider } from '../../support/identity-provider';
import { moveBack, scriptsRun } from '../../support/limit-stores';
import { type RedisServer, startRedis } from '../../support/redis-server';
import { type KubernetesObject, synthesise } from '../../support/synthesise';
import { type Issuer, issuerWith, type SigningKey, TOKENS } from '../issuer';
import { createApiKeys, secretData } from '../platform/api-keys';
import { BACKEND_PORT, BACKEND_PROGRAM, backendServices, NAMESPACE, UNREACHABLE } from '../platform/platform';
import type { ApiKeyName, Controls } from '../target';

/** What runs, and what targets are made of. */
export interface LocalPlatform {
  readonly objects: readonly KubernetesObject[];
  /** Where every backend listens. */
  readonly backendPort: number;
  readonly issuer: Issuer;
  readonly apiKeys: Readonly<Record<ApiKeyName, string>>;
  /** Controls over issuer and store. */
  readonly controls: Controls;
  startRouter(): Promise<RunningPod>;
  stop(): Promise<void>;
}

/**
 * Starts all but the routers.
 *
 * @param secrets further ones that the router's pods mount
 */
export async function startLocalPlatform(
  props: AgentGatewayProps,
  store: 'memory' | 'redis',
  secrets: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
): Promise<LocalPlatform> {
  const provider = await startIdentityProvider();
  const backend = await startBackend();
  const redis = store === 'redis' ? await startRedis() : undefined;
  const objects = synthesise(props, NAMESPACE);
  const apiKeys = createApiKeys();
  const services = {
    ...Object.fromEntries(backendServices().map((name) => [`${name}:${BACKEND_PORT}`, backend.port])),
    [`issuer:${BACKEND_PORT}`]: Number(new URL(provider.url).port),
    [`${UNREACHABLE}:${BACKEND_PORT}`]: await freePort(),
    ...(redis === undefined ? {} : { [`${props.name}-redis:6379`]: redis.port }),
  };
  const startRouter = () =>
    runPod({
      objects,
      secrets: { 'conformance-api-keys': secretData(apiKeys), ...secrets },
      overrides: {
        ...(redis === undefined ? { STORE_URL: 'memory:' } : {}),
        PORT: '0',
        ADMIN_PORT: '0',
        ...(objects.some(isAsked) ? { DECISION_PORT: '0' } : {}),
        BIND_ADDRESS: '127.0.0.1',
        // Nobody here has to learn from somebody else that a router goes.
        DRAIN_SECONDS: '1',
      },
      services,
    });
  const issuer = issuerWith(() => provider.keys[0] as unknown as SigningKey);
  const stop = async () => {
    await Promise.all([provider.close(), backend.stop(), redis?.stop()]);
  };
  const controls = controlsOf(provider, redis, props.planLookup !== undefined);
  return { objects, backendPort: backend.port, issuer, apiKeys, controls, startRouter, stop };
}

/** Whether the router is one that an edge asks. */
function isAsked({ kind, spec }: KubernetesObject): boolean {
  return kind === 'Deployment' && JSON.stringify(spec).includes('"DECISION_PORT"');
}

async function startBackend(): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const child: ChildProcess = spawn(process.execPath, [BACKEND_PROGRAM], {
    env: { PORT: '0', BIND_ADDRESS: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const [line] = (await once(lines, 'line')) as [string];
  const { port } = JSON.parse(line) as { port: number };
  const stop = async () => {
    const ended = child.exitCode === null ? once(child, 'exit') : undefined;
    child.kill('SIGTERM');
    await ended;
  };
  return { port, stop };
}

/** @param looksUp whether the routers ask Redis for plans */
function controlsOf(provider: IdentityProvider, redis: RedisServer | undefined, looksUp: boolean): Controls {
  const issuer = {
    // Others are there for a case alone.
    readers: 1,
    requests: () => provider.requests,
    rotate: async () => {
      const before = provider.keys;
      await provider.rotate();
      return () => {
        provider.keys = before;
      };
    },
    stop: () => provider.stop(),
    start: () => provider.start(),
  };
  if (redis === undefined) return { issuer };
  const store = {
    pause: () => redis.pause(),
    resume: () => redis.resume(),
    questions: () => onRedis(redis.url, scriptsRun),
  };
  const time = {
    pass: (subject: string, seconds: number) =>
      onRedis(redis.url, (client) => moveBack(client, keysOf(subject, looksUp), seconds * 1000)),
  };
  const plans = {
    write: (subject: string, plan: string) =>
      onRedis(redis.url, (client) => client.set(`agw-plan:{${digestOf(subject)}}`, plan)),
  };
  return { issuer, store, time, ...(looksUp ? { plans } : {}) };
}

async function onRedis<T>(url: string, run: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url);
  return run(client).finally(() => client.disconnect());
}

/** What the keys of a caller without a tenant begin with. */
function keysOf(subject: string, looksUp: boolean): string {
  const key = limitKeyOf(TOKENS.issuer, undefined, subject);
  return looksUp ? `agw:{${digestOf(subject)}}${key}:` : `agw:{${key}}:`;
}

function digestOf(subject: string): string {
  return createHash('sha256').update(subject).digest('hex');
}
