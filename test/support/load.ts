/** Requests that go on while something fails: a few clients, one request after the other, and what became of each. */
import { Agent, type IncomingMessage, request as sendRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from './client';

/**
 * What became of a request: its status, with ` degraded` where limits were decided without the store; `error event` for
 * a stream that was visibly broken off; `cut` for an answer that was no whole one; `reset` where there was none; `hung`
 * where nothing came in time.
 */
export type Outcome = string;
export type Outcomes = Readonly<Record<Outcome, number>>;

export interface LoadOptions {
  /** Asked for each request: the ports of the replicas that take requests. */
  readonly ports: () => readonly number[];
  readonly path: string;
  /** Asked for each request. */
  readonly headers: (request: number) => Readonly<Record<string, string>>;
  /** What a whole answer ends with. */
  readonly end: string;
}

export interface Load {
  /** Waits for so many more answers, and gives the outcomes since the last call. */
  next(requests: number): Promise<Outcomes>;
  /** Waits until so many requests in a row have this outcome, and gives all since the last call. */
  untilSteady(outcome: Outcome, requests: number): Promise<Outcomes>;
  stop(): Promise<void>;
}

const CLIENTS = 6;
/** Longer than any wait that a router may have. */
const HUNG_MILLISECONDS = 8_000;

export function startLoad(options: LoadOptions): Load {
  const agent = new Agent({ keepAlive: true });
  let outcomes: Outcome[] = [];
  let sent = 0;
  let stopped = false;
  const client = async () => {
    while (!stopped) {
      const ports = options.ports();
      const port = ports[sent % ports.length] as number;
      outcomes.push(await outcomeOf(agent, port, options, sent++));
      await sleep(1);
    }
  };
  const clients = Array.from({ length: CLIENTS }, client);
  const taken = () => {
    const counts: Record<Outcome, number> = {};
    for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
    outcomes = [];
    return counts;
  };
  return {
    async next(requests) {
      await until(() => outcomes.length >= requests, `${requests} answers`);
      return taken();
    },
    async untilSteady(outcome, requests) {
      const steady = () => {
        const last = outcomes.slice(-requests);
        return last.length === requests && last.every((each) => each === outcome);
      };
      await until(steady, `${requests} times ${outcome}`);
      return taken();
    },
    async stop() {
      stopped = true;
      await Promise.all(clients);
      agent.destroy();
    },
  };
}

function outcomeOf(agent: Agent, port: number, options: LoadOptions, number: number): Promise<Outcome> {
  const { path, headers, end } = options;
  return new Promise((resolve) => {
    const request = sendRequest({ agent, port, host: '127.0.0.1', path, headers: headers(number) });
    const timer = setTimeout(() => finish('hung'), HUNG_MILLISECONDS);
    const finish = (outcome: Outcome) => {
      clearTimeout(timer);
      resolve(outcome);
      if (outcome === 'hung') request.destroy();
    };
    request.on('error', () => finish('reset'));
    request.on('response', (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
      });
      answer.on('error', () => {});
      answer.on('close', () => finish(nameOf(answer, text, end)));
    });
    request.end();
  });
}

function nameOf(answer: IncomingMessage, text: string, end: string): Outcome {
  const { statusCode, headers, complete } = answer;
  if (statusCode !== 200) return complete ? `${statusCode}` : 'cut';
  if (/\nevent: error\n/.test(text)) return 'error event';
  if (!complete || !text.endsWith(end)) return 'cut';
  return headers['x-gateway-degraded'] === undefined ? '200' : '200 degraded';
}
