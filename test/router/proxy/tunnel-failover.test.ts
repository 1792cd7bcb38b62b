/** The handshake of a WebSocket goes on to the next backend when one fails it, and counts for its breaker. */
import { WebSocket, WebSocketServer } from 'ws';
import type { ServiceModel } from '../../../src/model/gateway-model';
import type { Answer } from '../../support/backend';
import { type Chain, type ChainAnswer, startChain } from '../../support/chain';
import { until } from '../../support/client';
import { startTestRouter, TOKEN } from '../../support/router-under-test';

const sockets = new WebSocketServer({ noServer: true });
const greets: ChainAnswer = {
  upgrade: (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (ws) => ws.send('welcome'));
  },
};
const dies: ChainAnswer = { upgrade: (_request, socket) => socket.destroy() };
const silent: ChainAnswer = {
  upgrade: (_request, socket) => void socket.on('error', () => socket.destroy()),
};
const says =
  (status: number): Answer =>
  (_request, response) => {
    response.writeHead(status).end('no');
  };
const timeouts = { connectSeconds: 5, firstByteSeconds: 0.2, idleSeconds: 20 };
const failover = { statuses: [503], repeatUnsafe: false, budgetPercent: 20 };

let chain: Chain | undefined;
afterEach(async () => chain?.close());
afterAll(() => sockets.close());

const start = async (answers: readonly ChainAnswer[], service: Partial<ServiceModel> = {}) => {
  chain = await startChain(answers, { timeouts, ...service });
};

/** The first message, or the status of an answer that is none to a handshake. */
function ask(port = chain?.port): Promise<string | number | undefined> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/v1/agents/live`, {
    headers: { authorization: TOKEN },
  });
  return new Promise((resolve, reject) => {
    ws.once('message', (data: Buffer) => {
      resolve(data.toString());
      ws.terminate();
    });
    ws.once('unexpected-response', (request, { statusCode }) => {
      resolve(statusCode);
      request.destroy();
    });
    ws.once('error', reject);
  });
}

test.each<[string, ChainAnswer, string]>([
  ['nobody listens', 'closed', 'b0 connect'],
  ['it breaks off', dies, 'b0 reset'],
  ['it is too late', silent, 'b0 timeout'],
  ['it answers with a listed status', says(503), 'b0 status'],
])('goes on to the next backend when %s', async (_why, answer, passedOver) => {
  await start([answer, greets], { failover });

  expect(await ask()).toBe('welcome');
  expect(chain?.backends[1]?.last().url).toBe('/agents/live');
  await until(() => chain?.router.log().length === 1, 'the end of the tunnel');
  expect(chain?.router.log().at(-1)).toMatchObject({ status: 101, backend: 'b1', passedOver: [passedOver] });
});

test('gives the client what the last one says', async () => {
  await start([says(503), says(403)], { failover });

  expect(await ask()).toBe(403);
  expect(chain?.received()).toEqual([1, 1]);
});

test('gives the client the failure where there is no other', async () => {
  await start([dies]);

  expect(await ask()).toBe(502);
});

test('answers 500 when the router itself fails on its way to the next one', async () => {
  await start(['closed', greets], { failover });
  // Nothing that the props let through makes a handshake throw.
  const put = ['x-broken', 'two\nlines'];
  const own = await startTestRouter(0, {
    model: {
      backends: {
        b0: { host: '127.0.0.1', port: chain?.backends[0]?.port ?? 0 },
        b1: { host: '127.0.0.1', port: chain?.backends[1]?.port ?? 0, requestHeaders: { drop: [], put } },
      },
    },
    service: {
      failover,
      timeouts,
      versions: { v1: { target: { backend: 'b0', fallbacks: ['b1'], models: [] }, variants: [] } },
    },
  });
  const answer = await ask(own.port);
  await own.close();

  expect(answer).toBe(500);
  expect(own.log().at(-1)).toMatchObject({ code: 'internal_error', passedOver: ['b0 connect'] });
});

test('gives a backend a rest that fails handshakes, and asks it no more', async () => {
  await start([dies], { circuitBreaker: { consecutiveFailures: 2, openSeconds: 60 } });

  expect([await ask(), await ask(), await ask()]).toEqual([502, 502, 503]);
  expect(chain?.received()).toEqual([2]);
  expect(await chain?.metrics()).toContain(
    'agent_gateway_circuit_breaker_open{service="agents",backend="b0"} 1',
  );
});

test('closes the breaker again once a handshake succeeds', async () => {
  let alive = false;
  const recovers: ChainAnswer = {
    upgrade: (request, socket, head) => {
      if (alive) sockets.handleUpgrade(request, socket, head, (ws) => ws.send('welcome'));
      else socket.destroy();
    },
  };
  await start([recovers], { circuitBreaker: { consecutiveFailures: 1, openSeconds: 0.05 } });

  expect([await ask(), await ask()]).toEqual([502, 503]);
  alive = true;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect([await ask(), await ask()]).toEqual(['welcome', 'welcome']);
});
