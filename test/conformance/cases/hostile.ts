/** The clauses before requests that are made to be read in two ways. What an edge tidies or refuses by itself is its own. */
import assert from 'node:assert/strict';
import { type ClientHttp2Session, connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2';
import { connect as connectTls } from 'node:tls';
import { type Case, clause } from '../clause';
import { addressOf, fullPath } from '../client';
import type { Target } from '../target';
import { type Seen, type Trial, valuesOf } from '../trial';

/** Paths that are not plain, and what the router says of them as they are. */
const PATHS: readonly (readonly [string, 400 | 404])[] = [
  ['//v2/plain', 404],
  ['/v2//plain', 404],
  ['/v2%2Fplain', 404],
  ['/v2/%70lain', 404],
  ['/v2/PLAIN', 404],
  ['/v2/plainx', 404],
  ['/v2/plain;/../tools', 400],
  ['/v2/plain/../tools', 400],
  ['/v2/plain/..', 400],
  ['/v2/plain/./x', 400],
  ['/v2/plain/%2e%2e/tools', 400],
  ['/v2/plain/.%2E/tools', 400],
  ['/v2/plain%2F..%2Ftools', 400],
  ['/v2/plain/..%2Ftools', 400],
  ['/v2/plain/..%5Ctools', 400],
  ['/v2/plain/..\\tools', 400],
  ['/v2/plain/%252e%252e/tools', 400],
  ['/v2/plain/..;/tools', 400],
  ['/v2/plain/%00', 400],
  ['/v2/plain/%', 400],
  ['/../api/v2/plain', 400],
];

/** Bodies that end in different places for servers that read their framing in different ways. */
const INNER = 'GET /api/v2/plain/smuggled HTTP/1.1\r\nHEAD\r\nx-a: ';
const HEAD = 'POST /api/v2/plain HTTP/1.1\r\nHEAD\r\n';
const FRAMINGS: Readonly<Record<string, string>> = {
  'a length beside chunks': `${HEAD}content-length: 6\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${INNER}`,
  'chunks beside a length': `${HEAD}transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n4\r\nbody\r\n0\r\n\r\n`,
  'two lengths': `${HEAD}content-length: 0\r\ncontent-length: 900\r\n\r\n${INNER}`,
  'a list of lengths': `${HEAD}content-length: 0, 900\r\n\r\n${INNER}`,
  'a length with a sign': `${HEAD}content-length: +0\r\n\r\n${INNER}`,
  'a length with a space before its colon': `${HEAD}content-length : 0\r\n\r\n${INNER}`,
  'an encoding with a space before its colon': `${HEAD}transfer-encoding : chunked\r\n\r\n0\r\n\r\n${INNER}`,
  'an encoding that only looks like chunked': `${HEAD}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n${INNER}`,
  'chunked, and something after it': `${HEAD}transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n${INNER}`,
  'two encodings': `${HEAD}transfer-encoding: identity\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${INNER}`,
  'an encoding in a folded line': `${HEAD}transfer-encoding:\r\n chunked\r\n\r\n0\r\n\r\n${INNER}`,
  'a chunk size in another notation': `${HEAD}transfer-encoding: chunked\r\n\r\n0x0\r\n\r\n${INNER}`,
  'a chunk that is longer than it says': `${HEAD}transfer-encoding: chunked\r\n\r\n2\r\n{}0\r\n0\r\n\r\n${INNER}`,
  'a bare line feed in a header': `${HEAD}x-a: b\nx-user-id: spoofed\r\ncontent-length: 0\r\n\r\n`,
  'a bare carriage return in a header': `${HEAD}x-a: b\rx-user-id: spoofed\r\ncontent-length: 0\r\n\r\n`,
  'a null byte in a header': `${HEAD}x-a: b\0c\r\ncontent-length: 0\r\n\r\n`,
  'a header without a name': `${HEAD}: c\r\ncontent-length: 0\r\n\r\n`,
  'two hosts': `${HEAD}host: evil.example\r\ncontent-length: 0\r\n\r\n`,
};

/** A path with its dots and slashes as a careless backend might read them. */
function careless(url: string): string {
  let text = url.split('?')[0] ?? '';
  for (let i = 0; i < 3; i++)
    text = text
      .replace(/%2e/gi, '.')
      .replace(/%2f|%5c|\\/gi, '/')
      .replace(/%25/g, '%');
  return text;
}

/** A request that reached a backend did so by a route that its path, as the backend sees it, does name. */
function stayedIn({ service, url }: Seen, path: string): void {
  const segment = { plain: 'plain', tool: 'tools', probe: 'probe' }[service];
  assert.ok(segment !== undefined, `${path} reached ${service}`);
  assert.match(careless(url), new RegExp(`^/${segment}(?:[/;]|$)`), path);
  assert.doesNotMatch(careless(url), /\/\.\.?(?:[/;]|$)/, path);
}

/** Statuses of the answers in what a connection gave back. */
function statusesIn(text: string): readonly number[] {
  return [...text.matchAll(/^HTTP\/1\.[01] (\d{3})/gm)]
    .map(([, status]) => Number(status))
    .filter((s) => s >= 200);
}

async function sendFramings(trial: Trial): Promise<readonly (readonly [string, readonly number[]])[]> {
  return Promise.all(
    Object.entries(FRAMINGS).map(async ([what, text]) => [what, statusesIn(await trial.raw(text))] as const),
  );
}

/** A request whose body turns out to be broken is cut at the backend, which then has not got it. */
async function wholeRequests(trial: Trial): Promise<readonly Seen[]> {
  return (await trial.seen()).filter(({ bodySha256 }) => bodySha256 !== undefined);
}

export const HOSTILE: readonly Case[] = [
  clause('R4', 'lets no spelling of a path reach a service that the plain path would not', async (trial) => {
    for (const [path] of PATHS) {
      const answer = await trial.send(path);
      if (answer.status === 200) stayedIn(answer.json() as unknown as Seen, path);
      // Traefik sends the client to the tidied path, which is then asked for like any other.
      else assert.ok([301, 307, 308, 400, 404].includes(answer.status), `${path}: ${answer.status}`);
    }
  }),

  clause(
    'R4',
    'answers 400 to paths that climb, and 404 to others that are not plain',
    async (trial) => {
      for (const [path, status] of PATHS) {
        assert.deepEqual([path, (await trial.send(path)).status], [path, status]);
      }
      assert.deepEqual(await trial.seen(), []);
    },
    { needs: ['paths-as-sent'] },
  ),

  clause('R4', 'holds a plan to its versions, whatever the spelling of the path', async (trial) => {
    const caller = await trial.caller({ plan: 'picky' });
    const paths = [
      '/v2/../v1/plain',
      '/v2/%2e%2e/v1/plain',
      '/v2/plain/../../v1/plain',
      '//v1/plain',
      '/v1//plain',
    ];
    for (const path of paths) {
      const { status } = await trial.send(path, { caller });
      assert.ok([301, 307, 308, 400, 403, 404].includes(status), `${path}: ${status}`);
    }
    assert.deepEqual(await trial.seen(), []);
  }),

  clause('R4', 'reads a target with a host in it as the path alone, or not at all', async (trial) => {
    for (const host of [trial.target.baseUrl.host, 'evil.example']) {
      const text = await trial.raw(
        `GET http://${host}/api/v2/plain/absolute HTTP/1.1\r\nHEAD\r\nconnection: close\r\n\r\n`,
      );
      const [status = 0] = statusesIn(text);
      assert.ok([200, 400, 404, 421].includes(status), text);
    }
    for (const seen of await trial.seen()) assert.equal(seen.url, '/plain/absolute');
  }),

  clause('H4', 'reads no second request out of the body of a first one', async (trial) => {
    const answers = await sendFramings(trial);
    const seen = await wholeRequests(trial);
    const inner = seen.filter(({ url }) => url.includes('smuggled'));
    assert.deepEqual(
      inner.map(({ rawHeaders }) => rawHeaders),
      [],
    );
    const served = answers.flatMap(([, statuses]) => statuses.filter((status) => status === 200));
    assert.equal(seen.length, served.length, 'more requests reached backends than clients had answers');
    for (const { rawHeaders } of seen) assert.ok(!rawHeaders.includes('spoofed'));
  }),

  clause(
    'H4',
    'answers 400 to a request whose end two servers could see in different places',
    async (trial) => {
      const wrong = (await sendFramings(trial)).filter(([, statuses]) => statuses.join() !== '400');
      assert.deepEqual(wrong, []);
      assert.deepEqual(await wholeRequests(trial), []);
    },
    { needs: ['strict-framing'] },
  ),

  clause('I2', 'takes no second Authorization, and no second API key', async (trial) => {
    const other = await trial.caller();
    const twice = await trial.raw(
      `GET /api/v2/plain HTTP/1.1\r\nHEAD\r\nauthorization: ${other.authorization}\r\nconnection: close\r\n\r\n`,
    );
    for (const { rawHeaders } of await trial.seen()) {
      const [passed, ...more] = valuesOf(rawHeaders, 'authorization');
      assert.deepEqual(more, [], twice);
      assert.notEqual(passed, other.authorization);
      assert.notDeepEqual(valuesOf(rawHeaders, 'x-user-id'), [other.subject]);
    }
  }),

  clause(
    'I3',
    'keeps identity headers of clients from backends over HTTP/2 too',
    async (trial) => {
      const caller = await trial.caller();
      const session = connectSession(trial.target);
      trial.atEnd(() => session.destroy());
      const { status, text } = await requestOver(session, {
        ':authority': trial.target.baseUrl.host,
        ':path': fullPath(trial.target, '/v2/plain'),
        authorization: caller.authorization,
        'x-user-id': 'spoofed',
        x_user_id: 'spoofed',
        'x.user.id': 'spoofed',
      });
      assert.equal(status, 200);
      const { rawHeaders } = JSON.parse(text) as Seen;
      assert.deepEqual(valuesOf(rawHeaders, 'x-user-id'), [caller.subject]);
      assert.ok(!rawHeaders.includes('spoofed'));
    },
    { needs: ['http2'] },
  ),
];

function connectSession(target: Target): ClientHttp2Session {
  const { host, port } = addressOf(target);
  const { certificate, baseUrl } = target;
  const createConnection = () =>
    connectTls({
      host,
      port,
      servername: baseUrl.hostname,
      ALPNProtocols: ['h2'],
      ...(certificate === undefined ? {} : { ca: certificate }),
    });
  if (baseUrl.protocol !== 'https:') throw new Error('HTTP/2 is spoken over TLS alone');
  return connectHttp2(baseUrl.origin, { createConnection });
}

function requestOver(
  session: ClientHttp2Session,
  headers: IncomingHttpHeaders,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let text = '';
    session.on('error', reject);
    const stream = session.request(headers);
    stream.on('response', (head) => {
      status = Number(head[':status']);
    });
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    stream.on('error', reject).on('end', () => resolve({ status, text }));
  });
}
