/** Clients that send one request after another over connections that they keep, and count what they lose. */
import { Agent, request } from 'node:https';
import type { Target } from '../conformance/target';

/** What became of the requests. */
export interface Tally {
  readonly answered: number;
  /** What went wrong with each that had no answer, or one from 500 on. */
  readonly lost: readonly string[];
}

/** A load that runs. */
export interface Load {
  /** Ends it, and waits for what is on its way. */
  stop(): Promise<Tally>;
}

const CLIENTS = 8;
/** Between the answer and the next request. Unit: milliseconds. */
const PAUSE_MILLISECONDS = 10;
/** A request that takes longer is lost. Unit: milliseconds. */
const PATIENCE_MILLISECONDS = 10_000;

/** @param certificates that the clients trust */
export async function startLoad(target: Target, certificates: readonly string[]): Promise<Load> {
  const authorization = `Bearer ${await target.issuer.sign({ sub: 'load' }, { expiresIn: 3_600 })}`;
  const lost: string[] = [];
  let answered = 0;
  let stopping = false;
  const client = async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: [...certificates] });
    while (!stopping) {
      const outcome = await ask(target, agent, authorization).catch((error: Error) => error.message);
      if (outcome === undefined) answered++;
      else lost.push(outcome);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
    }
    agent.destroy();
  };
  const clients = Array.from({ length: CLIENTS }, client);
  return {
    async stop() {
      stopping = true;
      await Promise.all(clients);
      return { answered, lost };
    },
  };
}

/** Resolves to what is wrong with the answer. @throws when there is none */
function ask({ address, baseUrl }: Target, agent: Agent, authorization: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { host: baseUrl.host, authorization, 'x-mark': 'load' };
    const path = `${baseUrl.pathname}/v2/plain`;
    const options = { ...address, path, headers, agent, servername: baseUrl.hostname };
    const sent = request(options, (answer) => {
      answer.resume();
      answer.on('error', reject);
      answer.on('end', () => {
        const { statusCode = 0 } = answer;
        resolve(statusCode < 500 ? undefined : `status ${statusCode}`);
      });
    });
    sent.setTimeout(PATIENCE_MILLISECONDS, () => sent.destroy(new Error('no answer in time')));
    sent.on('error', reject);
    sent.end();
  });
}
