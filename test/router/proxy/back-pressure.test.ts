/** A side that is slow slows the other one down, and the router holds no more than a few buffers. */
import { type IncomingMessage, request as sendRequest } from 'node:http';
import { until } from '../../support/client';
import { TOKEN } from '../../support/router-under-test';
import { situation } from '../../support/situation';

const CHUNK = Buffer.alloc(65_536, 'x');
/** More than the buffers of two loopback connections can hold (Linux: up to 6 MiB to receive and 4 MiB to send). */
const TOTAL = 64 * 1_048_576;
let written = 0;

const s = situation({ service: { bodyLimitBytes: TOTAL } }, (request, response) => {
  if (request.method === 'POST') {
    response.writeHead(200);
    response.flushHeaders();
    return;
  }
  written = 0;
  response.writeHead(200, { 'content-length': TOTAL });
  const more = () => {
    while (written < TOTAL) {
      written += CHUNK.length;
      if (!response.write(CHUNK)) {
        response.once('drain', more);
        return;
      }
    }
    response.end();
  };
  more();
});

/** Waits until a number has stood still for a quarter of a second. */
async function settled(value: () => number): Promise<number> {
  let last = -1;
  let still = 0;
  await until(() => {
    still = value() === last ? still + 1 : 0;
    last = value();
    return still > 25;
  }, 'a standstill');
  return last;
}

test('stops a backend whose client does not read, and goes on when it does', async () => {
  const answer = await new Promise<IncomingMessage>((resolve) => {
    sendRequest(
      { port: s.port, path: '/v1/agents', headers: { authorization: TOKEN }, agent: false },
      resolve,
    ).end();
  });
  answer.pause();

  expect(await settled(() => written)).toBeLessThan(TOTAL / 2);
  const total = await new Promise((resolve) => {
    let length = 0;
    answer.on('data', (chunk: Buffer) => {
      length += chunk.length;
    });
    answer.on('end', () => resolve(length));
    answer.resume();
  });
  expect(total).toBe(TOTAL);
});

test('stops a client whose backend does not read', async () => {
  s.backend.server.removeAllListeners('request');
  s.backend.server.on('request', () => undefined);
  const request = sendRequest({
    port: s.port,
    path: '/v1/agents',
    method: 'POST',
    headers: { authorization: TOKEN, 'content-length': TOTAL },
    agent: false,
  });
  request.on('error', () => request.destroy());
  let sent = 0;
  const more = () => {
    while (sent < TOTAL) {
      sent += CHUNK.length;
      if (!request.write(CHUNK)) {
        request.once('drain', more);
        return;
      }
    }
  };
  more();

  expect(await settled(() => sent)).toBeLessThan(TOTAL / 2);
  request.destroy();
});
