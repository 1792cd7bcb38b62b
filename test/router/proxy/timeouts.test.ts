import { send, until } from '../../support/client';
import { situation } from '../../support/situation';

const s = situation(
  { service: { timeouts: { connectSeconds: 5, firstByteSeconds: 0.2, idleSeconds: 0.2 } } },
  (request, response) => {
    request.resume();
    if (request.url === '/agents/silent') return;
    response.writeHead(200, { 'content-type': request.headers.accept });
    response.write('data: 1\n\n');
    if (request.url === '/agents/alive') {
      let beats = 0;
      const timer = setInterval(() => {
        response.write(`data: ${++beats}\n\n`);
        if (beats < 10) return;
        clearInterval(timer);
        response.end();
      }, 50);
    }
  },
);

test('answers 504 when the first byte does not come', async () => {
  const answer = await send(s.port, '/v1/agents/silent', { body: '{}' });

  expect(answer.status).toBe(504);
  expect(answer.json()).toMatchObject({ code: 'backend_timeout' });
});

test('does not cut a stream that is alive for longer than both timeouts', async () => {
  const answer = await send(s.port, '/v1/agents/alive', { headers: { accept: 'text/event-stream' } });

  expect(answer.body.toString()).toMatch(/data: 10\n\n$/);
});

test('breaks an answer that falls silent', async () => {
  await expect(send(s.port, '/v1/agents/stall', { headers: { accept: 'text/plain' } })).rejects.toThrow(
    'aborted',
  );
  await until(() => s.router.log().at(-1)?.aborted === true, 'the break');
  expect(s.router.log().at(-1)).toMatchObject({ code: 'backend_timeout', cause: 'timeout: idle' });
});
