/**
 * The router beside a bare nginx, haproxy and a FastAPI gateway: time of the processor, throughput, latency, time to the
 * first token, and what the router asks of Redis. All run at once and are asked in turn, so that noise meets them alike.
 */
import Redis from 'ioredis';
import { atLeast, atMost, type Goal, rounded } from '../goals';
import { Client } from './client';
import {
  type Ports,
  STREAM_PATH,
  startFastApi,
  startFloor,
  startHaproxy,
  startNginxProxy,
  startRouter,
} from './contenders';
import { chatRequest, type Paced, pace, percentile, saturate, type Throughput } from './load';
import type { Running } from './processes';
import { openScene, type Scene } from './scene';

const ROUNDS = Number(process.env.ROUNDS ?? 7);
const ROUND_SECONDS = 2;
/** Programs that compile while they run are fast after some ten thousand requests. */
const WARM_UP_SECONDS = 8;
const PACE_PER_SECOND = 100;
const PACE_SECONDS = 20;
const REDIS_REQUESTS = 500;

/** Proxies without duties, for what Node itself costs. */
const BARE_SOCKETS = 'no duties, bare sockets of Node';
const BARE_HTTP = 'no duties, HTTP server of Node';
/** Whose latency is measured: the others would only disturb. */
const PACED: ReadonlySet<string> = new Set(['direct', 'nginx', 'haproxy', 'router', BARE_HTTP]);

interface Contender {
  readonly name: string;
  readonly port: number;
  readonly program: Running | undefined;
  readonly cpuMicroseconds: number[];
  /** Share of one core. */
  readonly busy: number[];
  readonly loads: Throughput[];
}

/** Rows of the goals; prints the rest. */
export async function measureRequests(): Promise<Goal[]> {
  const scene = await openScene();
  try {
    const { contenders, routerPorts } = await startAll(scene);
    for (const { port, program } of contenders) {
      if (program !== undefined) await saturate(scene.directory, port, scene.tokens, WARM_UP_SECONDS);
    }
    for (let round = 0; round < ROUNDS; round++) {
      for (const contender of contenders) await measureRound(scene, contender);
    }
    const redis = await countRedis(scene, routerPorts);
    const waits = contenders.filter(({ name }) => PACED.has(name));
    const chat = await paceAll(waits, chatRequest(scene.tokens[0] as string));
    const streams = await paceAll(
      // A proxy without duties knows one backend, and not that of streams.
      waits
        .filter(({ name }) => name !== BARE_HTTP)
        .map((one) => (one.name === 'direct' ? { ...one, port: routerPorts.streamBackend } : one)),
      chatRequest(scene.tokens[0] as string, `${STREAM_PATH}?events=3`),
    );
    print(contenders, chat, streams);
    return [...cpuGoals(contenders), ...latencyGoals(chat, streams), ...redisGoals(redis)];
  } finally {
    await scene.close();
  }
}

async function startAll(scene: Scene): Promise<{ contenders: Contender[]; routerPorts: Ports }> {
  const { directory } = scene;
  const contenders: Contender[] = [];
  const add = async (name: string, begin: (ports: Ports) => Promise<Running> | undefined) => {
    const ports = await scene.ports();
    const program = scene.add(await begin(ports));
    const port = program === undefined ? ports.backend : ports.proxy;
    contenders.push({ name, port, program, cpuMicroseconds: [], busy: [], loads: [] });
    return ports;
  };
  await add('direct', () => undefined);
  await add('nginx', (ports) => startNginxProxy(directory, ports));
  await add('haproxy', (ports) => startHaproxy(directory, ports));
  const routerPorts = await add('router', (ports) => startRouter(directory, ports));
  await add(BARE_SOCKETS, (ports) => startFloor('sockets', ports));
  await add(BARE_HTTP, (ports) => startFloor('http', ports));
  const python = process.env.PYTHON;
  if (python === undefined) console.log('PYTHON is not set: no FastAPI (see bench/README.md)');
  else await add('FastAPI', (ports) => startFastApi(directory, python, ports));
  return { contenders, routerPorts };
}

async function measureRound({ directory, tokens }: Scene, contender: Contender): Promise<void> {
  const { name, port, program, loads, cpuMicroseconds, busy } = contender;
  const before = program?.cpuMilliseconds() ?? 0;
  const load = await saturate(directory, port, tokens, ROUND_SECONDS);
  const milliseconds = (program?.cpuMilliseconds() ?? 0) - before;
  if (load.failures > 0) throw new Error(`${name}: ${load.failures} of ${load.requests} requests failed`);
  loads.push(load);
  cpuMicroseconds.push((milliseconds * 1000) / load.requests);
  busy.push(milliseconds / (ROUND_SECONDS * 1000));
}

/** What Redis was asked while requests came one after the other. */
async function countRedis({ tokens }: Scene, { redis: port, proxy }: Ports) {
  const redis = new Redis(port);
  const client = await Client.open(proxy);
  const request = chatRequest(tokens[0] as string);
  const look = async () => {
    const text = `${await redis.info('commandstats')}${await redis.info('stats')}`;
    const count = (pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? 0);
    return {
      scripts: count(/cmdstat_evalsha:calls=(\d+)/),
      reads: count(/total_reads_processed:(\d+)/),
    };
  };
  const before = await look();
  for (let i = 0; i < REDIS_REQUESTS; i++) await client.send(request);
  const after = await look();
  client.close();
  redis.disconnect();
  return {
    // A lease that is renewed and a look whether Redis is there are scripts too: one or two among five hundred.
    scripts: Math.floor((after.scripts - before.scripts) / (REDIS_REQUESTS / 100)) / 100,
    reads: (after.reads - before.reads) / REDIS_REQUESTS,
  };
}

/** Prints what each takes of the processor at this rate, at which its caches are cold; gives the latencies. */
async function paceAll(contenders: readonly Contender[], request: Buffer) {
  const paced = contenders.map(({ name, port }) => ({ name, port, timings: [] }) as Paced & { name: string });
  const used = () => contenders.map(({ program }) => program?.cpuMilliseconds() ?? 0);
  const before = used();
  await pace(paced, request, PACE_PER_SECOND, PACE_SECONDS);
  const requests = PACE_PER_SECOND * PACE_SECONDS;
  used().forEach((milliseconds, i) => {
    const microseconds = ((milliseconds - (before[i] as number)) * 1000) / requests;
    const { name, program } = contenders[i] as Contender;
    if (program !== undefined)
      console.log(`${name} at ${PACE_PER_SECOND} requests/s: ${rounded(microseconds)} µs of CPU each`);
  });
  return new Map(paced.map(({ name, timings }) => [name, timings]));
}

type Timings = Awaited<ReturnType<typeof paceAll>>;

function ends(timings: Timings, name: string, percent: number): number {
  return percentile(
    (timings.get(name) ?? []).map(({ end }) => end),
    percent,
  );
}

function firsts(timings: Timings, name: string, percent: number): number {
  return percentile(
    (timings.get(name) ?? []).map(({ firstByteOfBody }) => firstByteOfBody),
    percent,
  );
}

function cpuOfContender(contenders: readonly Contender[], name: string): number {
  return percentile(contenders.find((one) => one.name === name)?.cpuMicroseconds ?? [], 50);
}

function cpuGoals(contenders: readonly Contender[]): Goal[] {
  const cpu = (name: string) => cpuOfContender(contenders, name);
  const goals = [atMost('CPU of a request, beside bare nginx', 2, cpu('router') / cpu('nginx'), 'times')];
  if (contenders.some(({ name }) => name === 'FastAPI')) {
    goals.push(atLeast('CPU of a FastAPI gateway beside ours', 20, cpu('FastAPI') / cpu('router'), 'times'));
  }
  return goals;
}

function latencyGoals(chat: Timings, streams: Timings): Goal[] {
  const added = (of: typeof ends, timings: Timings, percent: number) =>
    of(timings, 'router', percent) - of(timings, 'direct', percent);
  return [
    atMost('added latency, p50', 0.3, added(ends, chat, 50), 'ms'),
    atMost('added latency, p99', 1.5, added(ends, chat, 99), 'ms'),
    atMost('added time to first token, p99', 1, added(firsts, streams, 99), 'ms'),
  ];
}

function redisGoals({ scripts, reads }: { scripts: number; reads: number }): Goal[] {
  const more = `; Redis reads its socket ${rounded(reads)} times, with the giving back of the slot`;
  return [atMost('round trips to Redis that a request waits for', 1, scripts, '', more)];
}

function print(contenders: readonly Contender[], chat: Timings, streams: Timings): void {
  console.log(`\nmedian of ${ROUNDS} rounds of ${ROUND_SECONDS} s; latency at ${PACE_PER_SECOND}/s each`);
  console.log('| | CPU/request | × nginx | requests/s | busy | p50 | p99 | first token p50 | p99 |');
  console.log('|---|---|---|---|---|---|---|---|---|');
  const nginx = cpuOfContender(contenders, 'nginx');
  for (const { name, cpuMicroseconds, busy, loads, program } of contenders) {
    const cpu = percentile(cpuMicroseconds, 50);
    const perSecond = percentile(
      loads.map((load) => load.perSecond),
      50,
    );
    const own =
      program === undefined
        ? ['', '', rounded(perSecond), '']
        : [
            `${rounded(cpu)} µs`,
            rounded(cpu / nginx),
            rounded(perSecond),
            `${(percentile(busy, 50) * 100).toFixed(0)} %`,
          ];
    const milliseconds = [
      ends(chat, name, 50),
      ends(chat, name, 99),
      firsts(streams, name, 50),
      firsts(streams, name, 99),
    ];
    const waits = milliseconds.map((value) => (Number.isNaN(value) ? '' : `${rounded(value)} ms`));
    console.log(`| ${[name, ...own, ...waits].join(' | ')} |`);
  }
  const bound = contenders.filter(({ program, busy }) => program && percentile(busy, 50) < 0.85);
  for (const { name, loads } of bound) {
    const generator = percentile(
      loads.map((load) => load.generatorBusy),
      50,
    );
    console.log(
      `${name} was not busy for a whole core: its requests/s say what the generator (${(generator * 100).toFixed(0)} % of a core), ` +
        'the backend and others on the two cores left for it',
    );
  }
}
