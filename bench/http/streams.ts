/**
 * Ten thousand streams of events through one router: the memory of each, and whether any of them stalls. Each is two
 * open files of the router, so a machine that allows fewer gets as many streams as there is room for.
 */
import { execFileSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { atMost, type Goal, rounded } from '../goals';
import { Client } from './client';
import { STREAM_PATH, startRouter } from './contenders';
import { chatRequest, saturate } from './load';
import { openScene } from './scene';

const STREAMS = 10_000;
/** Opened at once. */
const TOGETHER = 50;
/** Open files of the router that are not streams. */
const OTHER_FILES = 100;
const HOLD_SECONDS = 15;
/** The backend sends an event every two seconds to each stream; one that has had none for so long stands. */
const STALL_MILLISECONDS = 5_000;

interface Stream {
  readonly client: Client;
  lastAt: number;
  longestGap: number;
  closed: boolean;
}

export async function measureStreams(): Promise<Goal[]> {
  const files = Number(execFileSync('/bin/sh', ['-c', 'ulimit -Hn']).toString());
  const streams = Math.min(STREAMS, Math.floor((files - OTHER_FILES) / 2));
  const scene = await openScene();
  const open: Stream[] = [];
  try {
    const ports = await scene.ports();
    const router = scene.add(await startRouter(scene.directory, ports));
    // Memory of a router that has worked already; a new one would count its compiled code against the streams.
    await saturate(scene.directory, ports.proxy, scene.tokens, 3);
    await pause(2);
    const before = router.residentMebibytes();
    const requests = scene.tokens.map((token) => chatRequest(token, `${STREAM_PATH}?events=0`));
    while (open.length < streams) {
      const some = Array.from({ length: Math.min(TOGETHER, streams - open.length) }, (_, i) =>
        openStream(ports.proxy, requests[(open.length + i) % requests.length] as Buffer),
      );
      open.push(...(await Promise.all(some)));
    }
    await pause(2);
    for (const stream of open) stream.longestGap = 0;
    const cpuBefore = router.cpuMilliseconds();
    await pause(HOLD_SECONDS);
    const busy = (router.cpuMilliseconds() - cpuBefore) / (HOLD_SECONDS * 10);
    const kibibytes = ((router.residentMebibytes() - before) * 1024) / streams;
    const gapOf = ({ longestGap, lastAt }: Stream) => Math.max(longestGap, performance.now() - lastAt);
    const stalled = open.filter((stream) => stream.closed || gapOf(stream) > STALL_MILLISECONDS).length;
    const gap = Math.max(...open.map(gapOf));
    console.log(
      `${streams} streams (${files} open files allowed), an event every two seconds each: ${rounded(busy)} % of a core, ` +
        `longest gap ${rounded(gap / 1000)} s, resident ${rounded(before)} MiB before and ${rounded(router.residentMebibytes())} MiB with them`,
    );
    return [
      atMost(`memory of each of ${streams} open streams`, 20, kibibytes, 'KiB'),
      atMost('of them stalled', 0, stalled, 'streams'),
    ];
  } finally {
    for (const { client } of open) client.close();
    await scene.close();
  }
}

/** Stands once its first event has come. */
async function openStream(port: number, request: Buffer): Promise<Stream> {
  const client = await Client.open(port);
  const stream: Stream = { client, lastAt: performance.now(), longestGap: 0, closed: false };
  let said = '';
  await new Promise<void>((resolve, reject) => {
    client.follow(
      request,
      (bytes) => {
        const now = performance.now();
        stream.longestGap = Math.max(stream.longestGap, now - stream.lastAt);
        stream.lastAt = now;
        said ||= bytes.toString('latin1', 0, 300);
        if (bytes.includes('data: ')) resolve();
      },
      () => {
        stream.closed = true;
        reject(new Error(`a stream was closed before its first event: ${said}`));
      },
    );
  });
  return stream;
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
