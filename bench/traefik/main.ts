/**
 * Traefik with the router behind it, and the same Traefik straight to the backend, in one run: what the router adds in
 * time of the processor, in latency, and in time to the first token. `npm run bench:traefik`; needs what the conformance
 * behind Traefik needs (`TRAEFIK_BIN`, `KUBE_APISERVER_BIN`, `ETCD_BIN`, `CRDS`), and nginx, wrk and redis-server.
 */
import { rounded } from '../goals';
import { STREAM_PATH } from '../http/contenders';
import { chatRequest, type Paced, pace, percentile, saturate } from '../http/load';
import { openScene, type Scene } from '../http/scene';
import { type Contender, startContenders } from './contenders';

const ROUNDS = Number(process.env.ROUNDS ?? 7);
const ROUND_SECONDS = 2;
const WARM_UP_SECONDS = 8;
const PACE_PER_SECOND = 100;
const PACE_SECONDS = 20;

async function main(): Promise<void> {
  const scene = await openScene();
  try {
    const { contenders, stop } = await startContenders(scene);
    try {
      await measure(scene, contenders);
    } finally {
      await stop();
    }
  } finally {
    await scene.close();
  }
}

async function measure({ directory, tokens }: Scene, contenders: readonly Contender[]): Promise<void> {
  for (const { port } of contenders) await saturate(directory, port, tokens, WARM_UP_SECONDS);
  for (let round = 0; round < ROUNDS; round++) {
    for (const one of contenders) await measureRound(directory, tokens, one);
  }
  const token = tokens[0] as string;
  const chat = await paceAll(contenders, ({ port }) => port, chatRequest(token));
  const stream = chatRequest(token, `${STREAM_PATH}?events=3`);
  print(contenders, chat, await paceAll(contenders, ({ streamPort }) => streamPort, stream));
}

async function measureRound(
  directory: string,
  tokens: readonly string[],
  { name, port, programs, cpuMicroseconds, perSecond }: Contender,
): Promise<void> {
  const used = () => programs.map((program) => program.cpuMilliseconds());
  const before = used();
  const load = await saturate(directory, port, tokens, ROUND_SECONDS);
  if (load.failures > 0) throw new Error(`${name}: ${load.failures} of ${load.requests} requests failed`);
  cpuMicroseconds.push(used().map((after, i) => ((after - (before[i] ?? 0)) * 1000) / load.requests));
  perSecond.push(load.perSecond);
}

async function paceAll(
  contenders: readonly Contender[],
  portOf: (contender: Contender) => number,
  request: Buffer,
): Promise<readonly Paced[]> {
  const all = contenders.map((one) => ({ port: portOf(one), timings: [] }));
  await pace(all, request, PACE_PER_SECOND, PACE_SECONDS);
  return all;
}

function print(contenders: readonly Contender[], chat: readonly Paced[], streams: readonly Paced[]): void {
  console.log(`median of ${ROUNDS} rounds of ${ROUND_SECONDS} s; latency at ${PACE_PER_SECOND}/s each`);
  console.log('| | CPU/request | requests/s | p50 | p99 | first token p50 | p99 |');
  console.log('|---|---|---|---|---|---|---|');
  contenders.forEach(({ name, programs, cpuMicroseconds, perSecond }, at) => {
    const shares = programs.map((program, i) => {
      const cpu = percentile(
        cpuMicroseconds.map((round) => round[i] ?? Number.NaN),
        50,
      );
      return `${rounded(cpu)} µs ${program.name}`;
    });
    const ends = (chat[at]?.timings ?? []).map(({ end }) => end);
    const firsts = (streams[at]?.timings ?? []).map(({ firstByteOfBody }) => firstByteOfBody);
    const waits = [ends, firsts].flatMap((times) => [50, 99].map((percent) => percentile(times, percent)));
    const cells = [
      shares.join(' + '),
      rounded(percentile(perSecond, 50)),
      ...waits.map((wait) => `${rounded(wait)} ms`),
    ];
    console.log(`| ${[name, ...cells].join(' | ')} |`);
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
