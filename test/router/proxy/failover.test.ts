/** A request goes on to the next backend when one fails it, and never where its work could be done twice unasked. */
import type { ServiceModel } from '../../../src/model/gateway-model';
import { type Answer, answerOk } from '../../support/backend';
import { type Chain, startChain } from '../../support/chain';
import { type ClientRequest, send } from '../../support/client';

const dies: Answer = (request) => {
  request.resume().on('end', () => request.socket.resetAndDestroy());
};
const silent: Answer = (request) => {
  request.resume();
};
const says =
  (status: number, body = 'no'): Answer =>
  (request, response) => {
    request.resume().on('end', () => response.writeHead(status, { 'x-from': String(status) }).end(body));
  };
const breaksOff: Answer = (request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.write('half', () => request.socket.resetAndDestroy());
  });
};

const timeouts = { connectSeconds: 5, firstByteSeconds: 0.2, idleSeconds: 20 };
const failover = { statuses: [], repeatUnsafe: false, budgetPercent: 20 };
const listing = (statuses: readonly number[]) => ({ failover: { ...failover, statuses } });
const unsafe = { failover: { ...failover, repeatUnsafe: true } };

let chain: Chain | undefined;
afterEach(async () => chain?.close());

async function ask(
  answers: readonly (Answer | 'closed')[],
  service: Partial<ServiceModel>,
  request: ClientRequest = {},
) {
  chain = await startChain(answers, { timeouts, ...service });
  return send(chain.port, '/v1/agents/chat?x=1', request);
}

test.each<[string, Answer | 'closed', ClientRequest, Partial<ServiceModel>]>([
  ['nobody listens, a POST too', 'closed', { body: '{"a":1}' }, {}],
  ['it breaks off before its answer', dies, {}, {}],
  ['it is too late with its first byte', silent, {}, {}],
  ['it answers with a listed status, a POST too', says(503), { body: '{"a":1}' }, listing([503])],
  ['it breaks off a POST, where that is asked for', dies, { body: '{"a":1}' }, unsafe],
  ['it is too late for a POST, where that is asked for', silent, { body: '{"a":1}' }, unsafe],
])('goes on to the next backend when %s', async (_why, answer, request, service) => {
  const { status, body } = await ask([answer, answerOk], service, request);

  expect([status, body.toString()]).toEqual([200, '{"ok":true}']);
  expect(chain?.backends[1]?.last()).toMatchObject({
    url: '/agents/chat?x=1',
    body: Buffer.from((request.body as string) ?? ''),
  });
});

test.each<[string, Answer, ClientRequest, Partial<ServiceModel>, number]>([
  ['a POST that a backend had when it broke off', dies, { body: '{}' }, {}, 502],
  ['a POST that a backend was too late for', silent, { body: '{}' }, {}, 504],
  ['a status that is not listed', says(500), {}, listing([503]), 500],
  [
    'what fails while nothing may be sent again',
    dies,
    {},
    { failover: { ...failover, budgetPercent: 0 } },
    502,
  ],
])('does not send on %s', async (_what, answer, request, service, expected) => {
  const { status } = await ask([answer, answerOk], service, request);

  expect(status).toBe(expected);
  expect(chain?.received()).toEqual([1, 0]);
});

test('never goes on once a byte was sent to the client', async () => {
  await expect(ask([breaksOff, answerOk], unsafe)).rejects.toThrow('aborted');

  expect(chain?.received()).toEqual([1, 0]);
});

test('gives the client the answer of the last one when all of them fail', async () => {
  const answer = await ask([says(503), says(429), says(503, 'all are busy')], listing([429, 503]));

  expect([answer.status, answer.body.toString()]).toEqual([503, 'all are busy']);
  expect(chain?.received()).toEqual([1, 1, 1]);
});

test('tells log and metrics who answered and who did not', async () => {
  await ask(['closed', says(503), answerOk], listing([503]), { body: '{}' });

  expect(chain?.router.log().at(-1)).toMatchObject({
    status: 200,
    backend: 'b2',
    passedOver: ['b0 connect', 'b1 status'],
  });
  const metrics = await chain?.metrics();
  expect(metrics).toContain(
    'agent_gateway_failovers_total{service="agents",backend="b0",reason="connect"} 1',
  );
  expect(metrics).toContain('agent_gateway_failovers_total{service="agents",backend="b1",reason="status"} 1');
});

test('tries the same backend twice where it stands twice', async () => {
  let requests = 0;
  const answer = await ask([(request, response) => (++requests === 1 ? dies : answerOk)(request, response)], {
    failover,
    versions: { v1: { target: { backend: 'b0', fallbacks: ['b0'], models: [] }, variants: [] } },
  });

  expect([answer.status, requests]).toEqual([200, 2]);
});
