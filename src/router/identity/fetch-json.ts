/**
 * A small GET of JSON from a server that need not mean well: bounded in time and size, never redirected. `node:http` and
 * not the global `fetch`, which would load its own HTTP client at start and keep it in memory.
 */
import { get as getPlain, type IncomingMessage } from 'node:http';
import { get as getTls } from 'node:https';

/** How far a fetch may go. */
export interface FetchJsonOptions {
  /** From the first byte sent to the last one read. Unit: milliseconds. */
  readonly timeoutMilliseconds: number;
  /** Ends it early. */
  readonly signal: AbortSignal;
}

/** Longest answer. A JWKS with a hundred RSA keys takes less than a tenth. Unit: bytes. */
const ANSWER_BYTES_MOST = 524_288;

/**
 * Rejects for everything but a 200 with JSON in time. A redirect is no 200: it could lead to a host that nobody named.
 * Messages name no part of the answer but its status.
 */
export function fetchJson(url: string, options: FetchJsonOptions): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const get = url.startsWith('https:') ? getTls : getPlain;
    const { signal, timeoutMilliseconds } = options;
    const request = get(url, { agent: false, signal, headers: { accept: 'application/json' } }, (answer) => {
      readBody(answer)
        .then((text) => resolve(parse(text)))
        .catch((error: Error) => {
          reject(error);
          request.destroy();
        });
    });
    const timer = setTimeout(() => {
      reject(new Error(`no answer in ${timeoutMilliseconds} ms`));
      request.destroy();
    }, timeoutMilliseconds);
    request.on('error', reject).once('close', () => clearTimeout(timer));
  });
}

async function readBody(answer: IncomingMessage): Promise<string> {
  const { statusCode } = answer;
  if (statusCode !== 200) throw new Error(`status ${statusCode}, expected 200`);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MOST) throw new Error(`more than ${ANSWER_BYTES_MOST} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Without the parser's message, which quotes the text. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('the answer is not JSON');
  }
}
