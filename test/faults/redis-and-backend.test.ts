/**
 * What callers notice while something that the router needs fails, under load: a table of faults, with the answers that
 * are allowed while each lasts. Every other outcome counts as a request lost, and none may be.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { PlanModel } from '../../src/model/gateway-model';
import { until } from '../support/client';
import { LOAD_KEY, type Scene, startScene } from '../support/fault-scene';
import { expectFault, type FaultRow } from '../support/faults';
import { connectTo, type RedisClient } from '../support/redis-client';
import { type RedisServer, startRedis } from '../support/redis-server';
import { buildProgram, removeFolder } from '../support/router-program';

let program: ReturnType<typeof buildProgram>;
/** For faults that leave nothing behind; the others have a scene of their own. */
let shared: Scene;
let own: Scene | undefined;
let second: RedisServer | undefined;

/** Connections of the backend on which a request is being answered. */
const busy = new WeakSet<Socket>();

/** Ends a connection as soon as it is idle, just when the router wants to use it again. */
function hangUp({ socket }: IncomingMessage, answer: ServerResponse): void {
  busy.add(socket);
  answer.once('finish', () => {
    busy.delete(socket);
    setImmediate(() => {
      if (!busy.has(socket)) socket.end();
    });
  });
}

beforeAll(async () => {
  program = buildProgram();
  shared = await startScene({ program: program.file, folder: program.folder });
});
afterEach(async () => {
  await own?.close();
  await second?.stop();
  own = second = undefined;
});
afterAll(async () => {
  await shared.close();
  removeFolder(program.folder);
});

/** Runs commands on a Redis itself, past the address that routers know. */
async function onRedis<T>({ port }: RedisServer, run: (redis: RedisClient) => Promise<T>): Promise<T> {
  const redis = connectTo(port);
  try {
    return await run(redis);
  } finally {
    redis.disconnect();
  }
}

/** A copy of the scene's Redis, up to date. */
async function startReplica({ redis }: Scene): Promise<RedisServer> {
  // Else it waits for other replicas first.
  await onRedis(redis, (primary) => primary.config('SET', 'repl-diskless-sync-delay', '0'));
  second = await startRedis('--replicaof', '127.0.0.1', String(redis.port));
  await onRedis(second, async (replica) => {
    for (let tries = 0; tries < 500; tries++) {
      if ((await replica.info('replication')).includes('master_link_status:up')) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('the replica does not follow');
  });
  return second;
}

const LOCAL = ['200', '200 degraded'];

/** A request may find a Redis that fails in the middle of it, and is then decided without it. */
const FAULTS: readonly (FaultRow & { readonly plan?: PlanModel })[] = [
  {
    name: 'Redis killed',
    strike: ({ redis }) => redis.kill(),
    mend: ({ redis }) => redis.restart(),
    allowed: LOCAL,
    felt: '200 degraded',
  },
  {
    name: 'Redis killed, for a plan that is closed then',
    plan: { windows: [{ name: 'minute', requests: 100_000 }], onStoreOutage: 'closed' },
    strike: ({ redis }) => redis.kill(),
    mend: ({ redis }) => redis.restart(),
    allowed: ['200', '503'],
    felt: '503',
  },
  {
    name: 'Redis paused',
    strike: async ({ redis }) => redis.pause(),
    mend: async ({ redis }) => redis.resume(),
    allowed: LOCAL,
    felt: '200 degraded',
  },
  {
    name: 'Redis flushed, scripts and all',
    strike: ({ redis }) =>
      onRedis(redis, async (client) => {
        await client.flushall();
        await client.script('FLUSH');
      }),
    allowed: ['200'],
  },
  {
    name: 'Redis full',
    plan: { windows: [{ name: 'minute', requests: 100_000 }], onStoreOutage: 'local' },
    strike: ({ redis }) => onRedis(redis, (client) => client.config('SET', 'maxmemory', '1')),
    mend: ({ redis }) => onRedis(redis, (client) => client.config('SET', 'maxmemory', '0')),
    allowed: LOCAL,
    felt: '200 degraded',
    steady: '200 degraded',
  },
  {
    name: 'Redis failed over, the old primary a replica on connections that stay open',
    prepare: async (s) => void (await startReplica(s)),
    strike: async ({ redis, redisAddress }) => {
      const replica = second as RedisServer;
      await onRedis(replica, (client) => client.replicaof('NO', 'ONE'));
      redisAddress.leadTo(replica.port);
      await onRedis(redis, (client) => client.replicaof('127.0.0.1', replica.port));
    },
    allowed: LOCAL,
    check: () =>
      onRedis(second as RedisServer, async (client) => expect(await client.dbsize()).toBeGreaterThan(0)),
  },
  {
    name: 'Redis failed over, the old primary silent on connections that stay open',
    prepare: async (s) => void (await startReplica(s)),
    strike: async ({ redis, redisAddress }) => {
      const replica = second as RedisServer;
      redis.pause();
      await onRedis(replica, (client) => client.replicaof('NO', 'ONE'));
      redisAddress.leadTo(replica.port);
    },
    allowed: LOCAL,
    felt: '200 degraded',
  },
  {
    name: 'a backend killed',
    strike: async ({ backend }) => {
      backend.server.close();
      for (const socket of backend.sockets) socket.resetAndDestroy();
    },
    mend: ({ backend }) => listenAgain(backend),
    allowed: ['200', '502'],
    felt: '502',
  },
  {
    name: 'a backend that hangs up on every connection as soon as it is idle',
    strike: async ({ backend }) => {
      backend.server.on('request', hangUp);
      await new Promise((resolve) => setTimeout(resolve, 200));
    },
    mend: async ({ backend }) => {
      backend.server.off('request', hangUp);
    },
    allowed: ['200'],
  },
  {
    name: 'a backend that hangs',
    strike: async (s) => {
      s.behave = () => {};
    },
    mend: async (s) => {
      s.behave = undefined;
    },
    allowed: ['200', '504'],
    felt: '504',
    requests: 6,
  },
  {
    name: 'a backend that resets its streams in the middle',
    strike: async (s) => {
      s.behave = (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('data: first\n\n', () => response.socket?.resetAndDestroy());
      };
    },
    mend: async (s) => {
      s.behave = undefined;
    },
    allowed: ['200', 'error event'],
    felt: 'error event',
  },
];

test.each(FAULTS)('$name: no request is lost', async ({ plan, ...row }) => {
  if (plan !== undefined || row.prepare !== undefined) {
    const options = { program: program.file, folder: program.folder };
    own = await startScene(plan === undefined ? options : { ...options, plan });
  }
  const load = { path: '/v1/agents', headers: () => ({ 'x-api-key': LOAD_KEY }) };
  await expectFault(own ?? shared, row, load);
});

async function listenAgain({ server, port }: Scene['backend']): Promise<void> {
  let listening = false;
  server.listen(port, '127.0.0.1', () => {
    listening = true;
  });
  await until(() => listening, 'the backend');
}
