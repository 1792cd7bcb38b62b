/** A small GET of JSON from a server that need not mean well: bounded in time and size, never redirected. */
import { get as getPlain, type IncomingMessage } from 'node:http';
import { get as getTls } from 'node:https';

/** Longest answer. A JWKS with a hundred RSA keys takes less than a tenth. Unit: bytes. */
const ANSWER_BYTES_MOST = 524_288;
const MILLISECONDS_MOST = 5_000;

/** Rejects for everything but a 200 with JSON in time. Messages name no part of the answer. */
export function fetchJson(url: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const get = url.startsWith('https:') ? getTls : getPlain;
    const request = get(url, { agent: false, headers: { accept: 'application/json' } }, (answer) => {
      readBody(answer)
        .then(
          (text) => resolve(JSON.parse(text)),
          (error: Error) => {
            request.destroy();
            reject(error);
          },
        )
        .catch(() => reject(new Error('the answer is not JSON')));
    });
    const timer = setTimeout(() => request.destroy(new Error('no answer in time')), MILLISECONDS_MOST);
    request.once('error', reject).once('close', () => clearTimeout(timer));
  });
}

async function readBody(answer: IncomingMessage): Promise<string> {
  const { statusCode } = answer;
  if (statusCode !== 200) throw new Error(`status ${statusCode}, expected 200`);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > ANSWER_BYTES_MOST) throw new Error(`more than ${ANSWER_BYTES_MOST} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
