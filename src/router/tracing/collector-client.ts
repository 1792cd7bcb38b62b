/**
 * POSTs to a collector that need not mean well: bounded in time and size, one at a time on one connection, never
 * redirected. `node:http` as elsewhere in the router; no SDK.
 */
import { Agent, type IncomingMessage, request as requestPlain } from 'node:http';
import { Agent as AgentTls, request as requestTls } from 'node:https';

/** Longest answer that is read. Unit: bytes. */
const ANSWER_BYTES_MOST = 65_536;

/** The connection to one collector. */
export class CollectorClient {
  private readonly agent: Agent;
  private readonly closing = new AbortController();

  /** @param url with its whole path */
  constructor(
    private readonly url: string,
    private readonly headers: Readonly<Record<string, string>>,
  ) {
    const options = { keepAlive: true, maxSockets: 1 };
    this.agent = url.startsWith('https:') ? new AgentTls(options) : new Agent(options);
  }

  /**
   * Sends one body. Rejects for everything but an answer of the class 2xx in time; messages name nothing of the answer
   * but its status.
   *
   * @returns how many spans the collector says that it did not take
   */
  post(body: string, timeoutMilliseconds: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const request = this.open(Buffer.byteLength(body));
      const timer = setTimeout(() => {
        reject(new Error(`no answer in ${timeoutMilliseconds} ms`));
        request.destroy();
      }, timeoutMilliseconds);
      let answered = false;
      request.on('error', reject).once('close', () => {
        clearTimeout(timer);
        if (!answered) reject(new Error('the connection was closed'));
      });
      request.on('response', (answer) => {
        answered = true;
        readAnswer(answer)
          .then((text) => resolve(rejectedSpans(text)))
          .catch((error: Error) => {
            reject(error);
            request.destroy();
          });
      });
      request.end(body);
    });
  }

  /** Ends what runs, as an error. */
  abort(): void {
    this.closing.abort();
  }

  close(): void {
    this.abort();
    this.agent.destroy();
  }

  private open(length: number) {
    const open = this.url.startsWith('https:') ? requestTls : requestPlain;
    return open(this.url, {
      method: 'POST',
      agent: this.agent,
      signal: this.closing.signal,
      headers: { ...this.headers, 'content-type': 'application/json', 'content-length': length },
    });
  }
}

async function readAnswer(answer: IncomingMessage): Promise<string> {
  const { statusCode = 0 } = answer;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MOST) throw new Error(`an answer of more than ${ANSWER_BYTES_MOST} bytes`);
    chunks.push(chunk);
  }
  if (statusCode < 200 || statusCode > 299) throw new Error(`status ${statusCode}, expected 2xx`);
  return Buffer.concat(chunks).toString('utf8');
}

/** From `{"partialSuccess":{"rejectedSpans":"3"}}` (OTLP 1.x, "Partial Success"); 0 for everything else. */
function rejectedSpans(text: string): number {
  try {
    const { partialSuccess } = JSON.parse(text) as { partialSuccess?: { rejectedSpans?: unknown } };
    const spans = Number(partialSuccess?.rejectedSpans ?? 0);
    return Number.isSafeInteger(spans) && spans > 0 ? spans : 0;
  } catch {
    return 0;
  }
}
