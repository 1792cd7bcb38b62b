/** A backend that fails gets a rest, and comes back by itself. */
import { CircuitBreaker } from '../../../src/router/proxy/circuit-breaker';
import { RetryBudget } from '../../../src/router/proxy/retry-budget';
import { type Answer, answerOk } from '../../support/backend';
import { startChain } from '../../support/chain';
import { send, until } from '../../support/client';

const circuitBreaker = { consecutiveFailures: 3, openSeconds: 1 };

/** A breaker that has failed three times at 0. */
function open(): CircuitBreaker {
  const breaker = new CircuitBreaker(circuitBreaker);
  for (let failure = 0; failure < 3; failure++) breaker.failed(0, breaker.admit(0));
  return breaker;
}

test('opens after failures in a row, and not before', () => {
  const breaker = new CircuitBreaker(circuitBreaker);
  breaker.failed(0, breaker.admit(0));
  breaker.failed(0, breaker.admit(0));
  breaker.succeeded();
  breaker.failed(0, breaker.admit(0));
  breaker.failed(0, breaker.admit(0));
  expect(breaker.state(0)).toBe('closed');
  breaker.failed(0, breaker.admit(0));
  expect([breaker.state(0), breaker.admit(999)]).toEqual(['open', 'refused']);
});

test('lets one probe through when the rest is over, and no other beside it', () => {
  const breaker = open();
  expect([breaker.state(1_000), breaker.admit(1_000), breaker.admit(1_000)]).toEqual([
    'half-open',
    'probe',
    'refused',
  ]);
  breaker.succeeded();
  expect([breaker.state(1_001), breaker.admit(1_001)]).toEqual(['closed', 'open-road']);
});

test('rests again when the probe fails', () => {
  const breaker = open();
  breaker.failed(1_500, breaker.admit(1_500));
  expect([breaker.admit(2_499), breaker.admit(2_500)]).toEqual(['refused', 'probe']);
});

test('lets another probe through when one ended without a word', () => {
  const breaker = open();
  breaker.released(breaker.admit(1_000));
  expect(breaker.admit(1_000)).toBe('probe');
});

test('is not kept open by requests from before', () => {
  const breaker = open();
  breaker.failed(900, 'open-road');
  expect(breaker.admit(1_000)).toBe('probe');
});

test('sends again no more than its share, once the reserve is gone', () => {
  const budget = new RetryBudget(20);
  let spent = 0;
  for (let request = 0; request < 1_000; request++) {
    budget.earn();
    if (!budget.allows) continue;
    budget.spend();
    spent++;
  }
  expect(spent).toBeGreaterThanOrEqual(200);
  expect(spent).toBeLessThanOrEqual(210);
});

test('leaves a backend alone that fails, and goes to its fallback at once', async () => {
  const dies: Answer = (request) => request.socket.resetAndDestroy();
  const chain = await startChain([dies, answerOk], {
    circuitBreaker: { consecutiveFailures: 3, openSeconds: 60 },
  });
  let asked = 0;
  chain.backends[0]?.server.on('request', () => asked++);

  for (let request = 0; request < 10; request++)
    expect((await send(chain.port, '/v1/agents')).status).toBe(200);

  expect(asked).toBe(3);
  expect(chain.received()[1]).toBe(10);
  expect(await chain.metrics()).toContain(
    'agent_gateway_circuit_breaker_open{service="agents",backend="b0"} 1',
  );
  await chain.close();
});

test('refuses with 503 and a time while every backend rests, and takes requests when they are back', async () => {
  let well = false;
  const answer: Answer = (request, response) => {
    if (well) answerOk(request, response);
    else request.socket.resetAndDestroy();
  };
  const chain = await startChain([answer], { circuitBreaker });
  for (let request = 0; request < 3; request++)
    expect((await send(chain.port, '/v1/agents')).status).toBe(502);

  const refused = await send(chain.port, '/v1/agents');
  well = true;

  expect(refused.status).toBe(503);
  expect(refused.headers['retry-after']).toBe('1');
  expect(refused.json()).toMatchObject({ code: 'backend_unavailable' });
  let status = 0;
  let asking = false;
  await until(() => {
    if (!asking && status !== 200) {
      asking = true;
      void send(chain.port, '/v1/agents').then((got) => {
        status = got.status;
        asking = false;
      });
    }
    return status === 200;
  }, 'the end of the rest');
  expect(chain.router.store.held).toBe(0);
  await chain.close();
});
