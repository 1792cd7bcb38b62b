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

const ROUNDS = Number(process.env.ROUNDS ?? 9);
/** Two processes of the router differ by a tenth, as V8 compiles each anew. */
const ROUTERS = 3;
const ROUND_SECONDS = 2;
/** Programs that compile while they run are fast after some ten thousand requests. */
const WARM_UP_SECONDS = 8;
/** Few requests, each of which finds cold caches and sleeping processes, and a load that is moderate: the goals are for that. */
const LIGHT_PER_SECOND = 100;
const MODERATE_PER_SECOND = 300;
const PACE_SECONDS = 20;
const REDIS_REQUESTS = 500;

/** Three events at once. */
const STREAM = `${STREAM_PATH}?events=3`;

/** Proxies without duties, for what Node itself costs. */
const BARE_SOCKETS = 'no duties, bare sockets of Node';
const BARE_HTTP = 'no duties, HTTP server of Node';
/** Whose latency is measured: the others would only disturb. */
const PACED: ReadonlySet<string> = new Set(['direct', 'nginx', 'router']);

interface Instance {
  readonly port: number;
  readonly program: Running | undefined;
}

interface Contender extends Instance {
  readonly name: string;
  /** More processes of the same, which take their turns at full load. */
  readonly others: readonly Instance[];
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
    for (const { port, program } of contenders.flatMap((one) => [one, ...one.others])) {
      if (program !== undefined) await saturate(scene.directory, port, scene.tokens, WARM_UP_SECONDS);
    }
    for (let round = 0; round < ROUNDS; round++) {
      for (const contender of contenders) await measureRound(scene, contender, round);
    }
    const redis = await countRedis(scene, routerPorts);
    printThroughput(contenders);
    const waits = contenders.filter(({ name }) => PACED.has(name));
    for (const { port, program } of waits) {
      if (program !== undefined) await saturate(scene.directory, port, scene.tokens, WARM_UP_SECONDS, STREAM);
    }
    const light = await waitsAt(LIGHT_PER_SECOND, waits, scene, routerPorts);
    const moderate = await waitsAt(MODERATE_PER_SECOND, waits, scene, routerPorts);
    printWaits([light, moderate]);
    return [...cpuGoals(contenders), ...latencyGoals(moderate), ...redisGoals(redis)];
  } finally {
    await scene.close();
  }
}

async function startAll(scene: Scene): Promise<{ contenders: Contender[]; routerPorts: Ports }> {
  const { directory } = scene;
  const contenders: Contender[] = [];
  const add = async (
    name: string,
    begin: (ports: Ports) => Promise<Running> | undefined,
    others: readonly Instance[] = [],
  ) => {
    const ports = await scene.ports();
    const program = scene.add(await begin(ports));
    const port = program === undefined ? ports.backend : ports.proxy;
    contenders.push({ name, port, program, others, cpuMicroseconds: [], busy: [], loads: [] });
    return ports;
  };
  await add('direct', () => undefined);
  await add('nginx', (ports) => startNginxProxy(directory, ports));
  await add('haproxy', (ports) => startHaproxy(directory, ports));
  const others: Instance[] = [];
  while (others.length < ROUTERS - 1) {
    const ports = await scene.ports();
    others.push({ port: ports.proxy, program: scene.add(await startRouter(directory, ports)) });
  }
  const routerPorts = await add('router', (ports) => startRouter(directory, ports), others);
  await add(BARE_SOCKETS, (ports) => startFloor('sockets', ports));
  await add(BARE_HTTP, (ports) => startFloor('http', ports));
  const python = process.env.PYTHON;
  if (python === undefined) console.log('PYTHON is not set: no FastAPI (see bench/README.md)');
  else await add('FastAPI', (ports) => startFastApi(directory, python, ports));
  return { contenders, routerPorts };
}

async function measureRound(
  { directory, tokens }: Scene,
  contender: Contender,
  round: number,
): Promise<void> {
  const { name, others, loads, cpuMicroseconds, busy } = contender;
  const { port, program } = [contender, ...others][round % (others.length + 1)] as Instance;
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

/** What requests waited at one rate, by the name of whom they went to. */
interface Waits {
  readonly perSecond: number;
  readonly chat: Paces;
  readonly streams: Paces;
}

/** By name: what each took of the processor for a request in microseconds, and its answers' times in milliseconds. */
type Paces = ReadonlyMap<
  string,
  { readonly cpu: number | undefined; readonly ends: number[]; readonly firsts: number[] }
>;

async function waitsAt(
  perSecond: number,
  contenders: readonly Contender[],
  { tokens }: Scene,
  { streamBackend }: Ports,
): Promise<Waits> {
  const token = tokens[0] as string;
  const chat = await paceAll(perSecond, contenders, chatRequest(token));
  const streaming = contenders.map((one) => (one.name === 'direct' ? { ...one, port: streamBackend } : one));
  const streams = await paceAll(perSecond, streaming, chatRequest(token, STREAM));
  return { perSecond, chat, streams };
}

async function paceAll(perSecond: number, contenders: readonly Contender[], request: Buffer): Promise<Paces> {
  const paced = contenders.map(({ port }): Paced => ({ port, timings: [] }));
  const used = () => contenders.map(({ program }) => program?.cpuMilliseconds() ?? 0);
  const before = used();
  await pace(paced, request, perSecond, PACE_SECONDS);
  const after = used();
  return new Map(
    contenders.map(({ name, program }, i) => {
      const { timings } = paced[i] as Paced;
      const cpu = (((after[i] as number) - (before[i] as number)) * 1000) / timings.length;
      const ends = timings.map(({ end }) => end);
      const firsts = timings.map(({ firstByteOfBody }) => firstByteOfBody);
      return [name, { cpu: program === undefined ? undefined : cpu, ends, firsts }];
    }),
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

function latencyGoals({ chat, streams }: Waits): Goal[] {
  const added = (paces: Paces, of: 'ends' | 'firsts', percent: number) =>
    percentile(paces.get('router')?.[of] ?? [], percent) -
    percentile(paces.get('direct')?.[of] ?? [], percent);
  return [
    atMost('added latency, p50', 0.3, added(chat, 'ends', 50), 'ms'),
    atMost('added latency, p99', 1.5, added(chat, 'ends', 99), 'ms'),
    atMost('added time to first token, p99', 1, added(streams, 'firsts', 99), 'ms'),
  ];
}

function redisGoals({ scripts, reads }: { scripts: number; reads: number }): Goal[] {
  const more = `; Redis reads its socket ${rounded(reads)} times, with the giving back of the slot`;
  return [atMost('round trips to Redis that a request waits for', 1, scripts, '', more)];
}

function printThroughput(contenders: readonly Contender[]): void {
  console.log(`\nmedian of ${ROUNDS} rounds of ${ROUND_SECONDS} s`);
  console.log('| | CPU/request | × nginx | requests/s | busy |');
  console.log('|---|---|---|---|---|');
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
    console.log(`| ${[name, ...own].join(' | ')} |`);
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

function printWaits(all: readonly Waits[]): void {
  console.log('\n| requests/s to each | | CPU/request | p50 | p99 | first token p50 | p99 |');
  console.log('|---|---|---|---|---|---|---|');
  for (const { perSecond, chat, streams } of all) {
    for (const [name, { cpu, ends }] of chat) {
      const firsts = streams.get(name)?.firsts ?? [];
      const waits = [ends, firsts].flatMap((of) => [percentile(of, 50), percentile(of, 99)]);
      const took = cpu === undefined ? '' : `${rounded(cpu)} µs`;
      console.log(
        `| ${[perSecond, name, took, ...waits.map((value) => `${rounded(value)} ms`)].join(' | ')} |`,
      );
    }
  }
}
