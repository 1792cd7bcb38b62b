/** A body that may have to be sent again is kept up to a bound; what is larger goes by and is sent once. */
import { connect } from 'node:net';
import { answerOk } from '../../support/backend';
import { type Chain, startChain } from '../../support/chain';
import { send } from '../../support/client';

let chain: Chain;
beforeAll(async () => {
  chain = await startChain(['closed', answerOk]);
});
afterAll(() => chain.close());

/** In chunks, so that its length is not known before its end. */
function sendChunked(port: number, pieces: readonly Buffer[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (data: Buffer) => {
      answer += data.toString('latin1');
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(answer));
    socket.write(
      'POST /v1/agents HTTP/1.1\r\nhost: a\r\nauthorization: Bearer good\r\nconnection: close\r\n',
    );
    socket.write('transfer-encoding: chunked\r\n\r\n');
    for (const piece of pieces) {
      socket.write(`${piece.length.toString(16)}\r\n`);
      socket.write(piece);
      socket.write('\r\n');
    }
    socket.write('0\r\n\r\n');
  });
}

const bytes = (length: number, seed: number) => Buffer.alloc(length, `${seed}-piece-`);

test('sends on a body of half a mebibyte', async () => {
  const body = bytes(524_288, 1);
  const answer = await send(chain.port, '/v1/agents', { body });

  expect(answer.status).toBe(200);
  expect(chain.backends[1]?.last().body.equals(body)).toBe(true);
});

test('sends on a body in chunks, whole', async () => {
  const pieces = [bytes(1_000, 1), bytes(70_000, 2)];
  const answer = await sendChunked(chain.port, pieces);

  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(chain.backends[1]?.last().body.equals(Buffer.concat(pieces))).toBe(true);
});

test.each([
  [
    'says its length',
    () => send(chain.port, '/v1/agents', { body: bytes(1_500_000, 1) }).then(({ status }) => status),
  ],
  [
    'comes in chunks',
    () =>
      sendChunked(chain.port, [bytes(900_000, 1), bytes(900_000, 2)]).then((text) =>
        Number(text.slice(9, 12)),
      ),
  ],
])('does not send on a body over the bound that %s', async (_how, ask) => {
  const before = chain.backends[1]?.received.length;

  expect(await ask()).toBe(502);
  expect(chain.backends[1]?.received.length).toBe(before);
});

test('passes a body over the bound to a backend that is there, byte by byte', async () => {
  const whole = await startChain([answerOk, answerOk]);
  const pieces = [bytes(900_000, 1), bytes(900_000, 2), bytes(900_000, 3)];

  expect(await sendChunked(whole.port, pieces)).toMatch(/^HTTP\/1\.1 200 /);
  expect(whole.backends[0]?.last().body.equals(Buffer.concat(pieces))).toBe(true);
  await whole.close();
});
