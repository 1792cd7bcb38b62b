/** Clients that send one request after another, and count what they lose. */
import { Agent, request } from 'node:https';
import type { Target } from '../conformance/target';

/** What became of the requests. */
export interface Tally {
  readonly answered: number;
  /** What went wrong with each that had no answer, or another one than it should. */
  readonly lost: readonly string[];
}

/** A load that runs. */
export interface Load {
  /** Waits until so many requests more are over. */
  more(requests: number): Promise<void>;
  /** What has become of requests since it was asked before. */
  take(): Tally;
  /** Ends it, and waits for what is on its way. */
  stop(): Promise<void>;
}

interface Client {
  readonly name: string;
  readonly count: number;
  /** Whether each has a connection that it keeps. */
  readonly keepAlive: boolean;
  readonly path: string;
  readonly body?: string;
}

const CLIENTS: readonly Client[] = [
  { name: 'get', count: 3, keepAlive: true, path: '/v2/plain' },
  // What is sent is never sent again by itself, unlike what only reads.
  { name: 'post', count: 3, keepAlive: true, path: '/v2/agents', body: JSON.stringify({ model: 'gpt-4' }) },
  { name: 'get over a new connection', count: 2, keepAlive: false, path: '/v2/plain' },
];
/** How many clients there are, each with one request at a time. */
export const CLIENTS_IN_ALL = CLIENTS.reduce((sum, { count }) => sum + count, 0);
/** Between the answer and the next request, so that all of them stay below 10,000 a minute. Unit: milliseconds. */
const PAUSE_MILLISECONDS = 60;
/** A request that takes longer is lost. Unit: milliseconds. */
const PATIENCE_MILLISECONDS = 10_000;

/** @param certificates that the clients trust */
export async function startLoad(target: Target, certificates: readonly string[]): Promise<Load> {
  const authorization = `Bearer ${await target.issuer.sign({ sub: 'load' }, { expiresIn: 3_600 })}`;
  let lost: string[] = [];
  let answered = 0;
  let stopping = false;
  const run = async (client: Client) => {
    const begin = () => new Agent({ keepAlive: client.keepAlive, maxSockets: 1, ca: [...certificates] });
    let agent = begin();
    while (!stopping) {
      const outcome = await ask(target, agent, client, authorization).catch((error: Error) => error.message);
      if (outcome === undefined) answered++;
      else {
        lost.push(`${client.name}: ${outcome}`);
        agent.destroy();
        agent = begin();
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
    }
    agent.destroy();
  };
  const running = CLIENTS.flatMap((client) => Array.from({ length: client.count }, () => run(client)));
  return {
    async more(requests) {
      const enough = answered + lost.length + requests;
      while (answered + lost.length < enough) await new Promise((resolve) => setTimeout(resolve, 50));
    },
    take() {
      const tally = { answered, lost };
      [answered, lost] = [0, []];
      return tally;
    },
    async stop() {
      stopping = true;
      await Promise.all(running);
    },
  };
}

/** Resolves to what is wrong with the answer. @throws when there is none */
function ask(
  { address, baseUrl }: Target,
  agent: Agent,
  { path, body }: Client,
  authorization: string,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const headers = {
      host: baseUrl.host,
      authorization,
      'x-mark': 'load',
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length }),
    };
    const options = {
      ...address,
      method: body === undefined ? 'GET' : 'POST',
      path: `${baseUrl.pathname}${path}`,
      headers,
      agent,
      servername: baseUrl.hostname,
    };
    const sent = request(options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      answer.on('end', () => {
        const { statusCode } = answer;
        resolve(
          statusCode === 200 ? undefined : `${statusCode} ${Buffer.concat(chunks).toString().slice(0, 300)}`,
        );
      });
    });
    // Also while it waits for a connection, of which the request itself is told nothing.
    const patience = setTimeout(() => {
      sent.destroy();
      reject(new Error('no answer in time'));
    }, PATIENCE_MILLISECONDS);
    sent.on('close', () => clearTimeout(patience));
    sent.on('error', reject);
    sent.end(body);
  });
}
