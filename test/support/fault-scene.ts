/** What faults happen to: routers as programs of their own, a Redis that can be moved, a backend, an issuer. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { GatewayModel, PlanModel } from '../../src/model/gateway-model';
import { beginEvents, startBackend, type TestBackend } from './backend';
import { send } from './client';
import { type RedisServer, startRedis } from './redis-server';
import { type Relay, startRelay } from './relay';
import { type RouterProgram, startProgram, writeConfiguration } from './router-program';
import { modelOf } from './router-under-test';

export interface Scene {
  readonly redis: RedisServer;
  /** The address of Redis that routers know. */
  readonly redisAddress: Relay;
  readonly backend: TestBackend;
  /** Answers that wait: streams that have begun, requests that hang. */
  readonly held: ServerResponse[];
  readonly routers: RouterProgram[];
  /** Of the routers that are ready, as an edge knows them. */
  readonly ready: number[];
  /** How the backend answers everything. Default: by its path. */
  behave: ((response: ServerResponse) => void) | undefined;
  close(): Promise<void>;
}

export interface SceneOptions {
  readonly program: string;
  readonly folder: string;
  readonly routers?: number;
  /** Default: all limits, none of which the load reaches. */
  readonly plan?: PlanModel;
  readonly identity?: Partial<GatewayModel['identity']>;
  readonly environment?: Readonly<Record<string, string>>;
}

/** API keys of a caller who makes load and of one who holds streams. */
export const LOAD_KEY = 'key-of-the-load';
export const STREAM_KEY = 'key-of-the-streams';

const PLAN: PlanModel = {
  windows: [{ name: 'minute', requests: 100_000 }],
  concurrentRequests: 1_000,
  onStoreOutage: 'local',
};

/** Ends what `/agents/stream` and `/agents/brief` send. */
export const LAST_EVENT = 'data: last\n\n';

export async function startScene(options: SceneOptions): Promise<Scene> {
  const held: ServerResponse[] = [];
  const [redis, backend] = await Promise.all([
    startRedis(),
    startBackend((request, response) => {
      request.resume();
      if (scene.behave !== undefined) scene.behave(response);
      else if (request.url?.startsWith('/agents/stream')) {
        beginEvents(response);
        held.push(response);
      } else response.end('{"ok":true}');
    }),
  ]);
  const redisAddress = await startRelay(redis.port);
  const environment = {
    ...writeConfiguration(options.folder, modelFor(backend.port, options)),
    API_KEYS_FILE: writeKeys(options.folder),
    STORE_URL: `redis://127.0.0.1:${redisAddress.port}`,
    ...options.environment,
  };
  const routers = await Promise.all(
    Array.from({ length: options.routers ?? 1 }, () => startProgram(options.program, environment)),
  );
  const scene: Scene = {
    redis,
    redisAddress,
    backend,
    held,
    routers,
    ready: routers.map(({ port }) => port),
    behave: undefined,
    async close() {
      for (const { process } of routers) process.kill('SIGKILL');
      await Promise.all(routers.map(({ ended }) => ended));
      await Promise.all([redisAddress.close(), redis.stop(), backend.close()]);
    },
  };
  await Promise.all(routers.map(untilReady));
  return scene;
}

async function untilReady({ adminPort }: RouterProgram): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if ((await send(adminPort, '/readyz')).status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('the router does not become ready');
}

function modelFor(port: number, { plan, identity, routers }: SceneOptions): GatewayModel {
  return modelOf(port, {
    model: {
      plans: { free: plan ?? PLAN },
      replicasMax: routers ?? 1,
      identity: { issuers: [], apiKeys: true, requiredClaims: [], ...identity },
    },
    service: { timeouts: { connectSeconds: 1, firstByteSeconds: 1, idleSeconds: 5 } },
  });
}

function writeKeys(folder: string): string {
  const file = join(folder, 'fault-keys.json');
  const entries = [LOAD_KEY, STREAM_KEY].map((key) => [
    createHash('sha256').update(key).digest('hex'),
    { subject: key },
  ]);
  writeFileSync(file, JSON.stringify(Object.fromEntries(entries)));
  return file;
}
