import { request as sendRequest } from 'node:http';
import { send, until } from '../support/client';
import { TOKEN } from '../support/router-under-test';
import { situation } from '../support/situation';

const s = situation({ service: { bodyLimitBytes: 100_000 } });

/** Sends a body in chunks for as long as the router takes them. */
function sendChunked(
  bytes: number,
): Promise<{ status: number; text: string; connection: string | undefined }> {
  return new Promise((resolve, reject) => {
    const request = sendRequest({
      port: s.port,
      path: '/v1/agents',
      method: 'POST',
      headers: { authorization: TOKEN },
      agent: false,
    });
    request.on('error', reject);
    request.on('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, text, connection: answer.headers.connection }),
      );
    });
    for (let sent = 0; sent < bytes; sent += 10_000) request.write(Buffer.alloc(10_000));
    request.end();
  });
}

test('refuses a body that announces too much, before it is read and charged', async () => {
  const answer = await send(s.port, '/v1/agents', { body: Buffer.alloc(100_001) });

  expect(answer.status).toBe(413);
  expect(answer.json()).toMatchObject({ code: 'body_too_large' });
  expect(answer.headers.connection).toBe('close');
  expect(s.router.store.taken).toBe(0);
  expect(s.backend.received).toHaveLength(0);
});

test('refuses a chunked body once it is too large', async () => {
  const answer = await sendChunked(1_000_000);

  expect(answer.status).toBe(413);
  expect(answer.connection).toBe('close');
  expect(answer.text).toContain('body_too_large');
  await until(() => s.router.store.held === 0, 'the release');
  expect(s.backend.received).toHaveLength(0);
});

test('takes bodies of just the limit', async () => {
  expect((await send(s.port, '/v1/agents', { body: Buffer.alloc(100_000) })).status).toBe(200);
  expect((await sendChunked(100_000)).status).toBe(200);
  expect(s.backend.last().body).toHaveLength(100_000);
});
