/** A backend that dies of a request does not get it twice. */
import { send } from '../../support/client';
import { situation } from '../../support/situation';

let requests = 0;
const s = situation({}, (request, response) => {
  requests++;
  if (requests === 1) {
    response.end('ok');
    return;
  }
  setTimeout(() => request.socket.resetAndDestroy(), 300);
});

test('answers 502 to a POST whose connection breaks while the backend works', async () => {
  await send(s.port, '/v1/agents');
  const answer = await send(s.port, '/v1/agents', { body: '{}' });

  expect(answer.status).toBe(502);
  expect(requests).toBe(2);
});
