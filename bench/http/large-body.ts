/** A body of 10 MiB whose model stands at its end: the time that it takes beside nginx, and the memory that it needs. */
import { atMost, type Goal, rounded } from '../goals';
import { Client, requestBytes } from './client';
import { startNginxProxy, startRouter, UPLOAD_PATH } from './contenders';
import { percentile, saturate } from './load';
import { openScene, type Scene } from './scene';

const BODY_MEBIBYTES = 10;
const REQUESTS = 40;

export async function measureLargeBody(): Promise<Goal[]> {
  const scene = await openScene();
  try {
    const [direct, buffering, passing, ports] = await Promise.all([1, 2, 3, 4].map(() => scene.ports()));
    if (!direct || !buffering || !passing || !ports) throw new Error('no ports');
    scene.add(await startNginxProxy(scene.directory, buffering));
    scene.add(await startNginxProxy(scene.directory, passing, 'proxy_request_buffering off;'));
    const router = scene.add(await startRouter(scene.directory, ports));
    const request = largeRequest(scene);
    const targets = {
      direct: direct.streamBackend,
      nginx: buffering.proxy,
      'nginx, not buffering': passing.proxy,
      router: ports.proxy,
    };
    await saturate(scene.directory, ports.proxy, scene.tokens, 2);
    const client = await Client.open(ports.proxy);
    const idle = router.residentMebibytes();
    const copies = async (requests: number) => {
      router.forgetPeak();
      for (let i = 0; i < requests; i++) await client.send(request);
      return (router.peakMebibytes() - idle) / BODY_MEBIBYTES;
    };
    const [ofOne, ofTen] = [await copies(1), await copies(10)];
    client.close();
    console.log(
      `memory over that of the idle router: ${rounded(ofOne)} copies of one body; ${rounded(ofTen)} after ten in turn, ` +
        'with what Node has not collected yet',
    );
    const times = await inTurn(targets, request);
    const middle = (name: keyof typeof targets) => percentile(times[name] ?? [], 50);
    for (const name of Object.keys(targets) as (keyof typeof targets)[]) {
      console.log(`${name.padEnd(22)} ${rounded(middle(name))} ms`);
    }
    const ratio = (middle('router') - middle('direct')) / (middle('nginx') - middle('direct'));
    return [
      atMost('added latency of a 10 MiB body, beside nginx', 1.3, ratio, 'times'),
      atMost('its copies in memory', 2, ofOne, 'copies'),
    ];
  } finally {
    await scene.close();
  }
}

function largeRequest({ tokens }: Scene): Buffer {
  const messages = [{ role: 'user', content: 'x'.repeat(BODY_MEBIBYTES * 1_048_576) }];
  const body = Buffer.from(JSON.stringify({ messages, model: 'claude-3-opus' }));
  return requestBytes(UPLOAD_PATH, tokens[0] as string, body);
}

/** One request to each after the other, so that noise meets them alike. Unit: milliseconds. */
async function inTurn(targets: Readonly<Record<string, number>>, request: Buffer) {
  const clients = new Map<string, Client>();
  for (const [name, port] of Object.entries(targets)) clients.set(name, await Client.open(port));
  const times: Record<string, number[]> = {};
  for (let i = 0; i < REQUESTS; i++) {
    for (const [name, client] of clients) {
      times[name] ??= [];
      times[name].push((await client.send(request)).end);
    }
  }
  for (const client of clients.values()) client.close();
  return times;
}
