/**
 * Where the router's time goes: `npm run bench:profile`. The router runs under load with Node's sampling profiler, and the
 * time is added up by what the code at work belongs to.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { rounded } from './goals';
import { startRouter } from './http/contenders';
import { saturate } from './http/load';
import { openScene } from './http/scene';

const WARM_UP_SECONDS = 10;
const SECONDS = 10;
const SAMPLE_MICROSECONDS = 250;

/** What a file belongs to; the first that fits. */
const AREAS: readonly (readonly [RegExp, string])[] = [
  [/^\(garbage collector\)/, 'garbage collection'],
  [/^(write|writev|read|shutdown)/, 'writes to sockets, by the kernel'],
  [/ioredis|src\/router\/limits/, 'limits, with the client of Redis'],
  [/node:(_http|internal\/http)/, 'requests and answers of clients, in Node'],
  [
    /node:(net|internal\/stream|stream|events|internal\/streams|internal\/stream_base)/,
    'sockets and streams, in Node',
  ],
  [/node:(internal\/timers|timers)/, 'timers'],
  [/src\/router\/proxy/, 'forwarding'],
  [/src\/router\/(log|access-log)/, 'log'],
  [/src\/router\/(metrics|router-metrics)/, 'metrics'],
  [/src\/router\/(body|model-field|json-|plain-run|take-body)/, 'body and its model'],
  [/src\/router\/identity|identify/, 'identity'],
  [/src\/(router|model)/, 'all other steps'],
];

interface Profile {
  readonly startTime: number;
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
      readonly columnNumber: number;
    };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

async function main(): Promise<void> {
  const folder = join(__dirname, '../.tmp/profile');
  mkdirSync(folder, { recursive: true });
  const program = join(folder, 'router.cjs');
  await build({
    entryPoints: [join(__dirname, '../src/router/main.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: true,
  });
  const scene = await openScene();
  try {
    const ports = await scene.ports();
    const nodeOptions = [
      '--cpu-prof',
      `--cpu-prof-dir=${scene.directory}`,
      `--cpu-prof-interval=${SAMPLE_MICROSECONDS}`,
    ];
    const router = await startRouter(scene.directory, ports, { nodeOptions, program });
    await saturate(scene.directory, ports.proxy, scene.tokens, WARM_UP_SECONDS);
    const from = performance.now();
    const cpuBefore = router.cpuMilliseconds();
    const { requests } = await saturate(scene.directory, ports.proxy, scene.tokens, SECONDS);
    const microseconds = ((router.cpuMilliseconds() - cpuBefore) * 1000) / requests;
    const sinceLoad = performance.now() - from;
    // The second signal ends the router at once, and Node writes the profile.
    process.kill(router.pid, 'SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 100));
    await router.end('SIGTERM');
    const name = readdirSync(scene.directory).find((file) => file.endsWith('.cpuprofile')) as string;
    const profile = JSON.parse(readFileSync(join(scene.directory, name), 'utf8')) as Profile;
    print(profile, new SourceMap(JSON.parse(readFileSync(`${program}.map`, 'utf8'))), sinceLoad);
    console.log(`\n${rounded(microseconds)} µs of the processor a request, with the profiler at work`);
  } finally {
    await scene.close();
  }
}

/** @param lastMilliseconds so much of the profile's end counts */
function print(profile: Profile, map: SourceMap, lastMilliseconds: number): void {
  const end = profile.timeDeltas.reduce((sum, delta) => sum + delta, 0);
  const byNode = new Map<number, number>();
  let at = 0;
  profile.samples.forEach((node, i) => {
    const delta = profile.timeDeltas[i] as number;
    at += delta;
    if (at > end - lastMilliseconds * 1000) byNode.set(node, (byNode.get(node) ?? 0) + delta);
  });
  const byArea = new Map<string, number>();
  let busy = 0;
  for (const { id, callFrame } of profile.nodes) {
    const time = byNode.get(id) ?? 0;
    if (callFrame.functionName === '(idle)') continue;
    busy += time;
    const area = areaOf(callFrame, map);
    byArea.set(area, (byArea.get(area) ?? 0) + time);
  }
  console.log('| share | what |\n|---|---|');
  for (const [area, time] of [...byArea].sort((a, b) => b[1] - a[1])) {
    console.log(`| ${rounded((time / busy) * 100)} % | ${area} |`);
  }
}

function areaOf(frame: Profile['nodes'][number]['callFrame'], map: SourceMap): string {
  const { functionName, url, lineNumber, columnNumber } = frame;
  const entry = url.includes('router.cjs') ? map.findEntry(lineNumber, columnNumber) : undefined;
  const source = entry !== undefined && 'originalSource' in entry ? entry.originalSource : url;
  const place = typeof source === 'string' && source !== '' ? source : functionName;
  return AREAS.find(([pattern]) => pattern.test(place))?.[1] ?? 'other, mostly of the runtime itself';
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
