/** TLS between the edge and the router: who is let in, what changes without a restart, and with what it does not start. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type ClientRequestArgs, get as getPlain } from 'node:http';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { ServerTls } from '../../src/router/server-tls';
import { beginEvents, startBackend, type TestBackend } from '../support/backend';
import { type Certificate, createCertificate } from '../support/certificate';
import { send, until } from '../support/client';
import { type RouterUnderTest, startTestRouter, TOKEN } from '../support/router-under-test';

const HOST = 'gateway-router.agents.svc';
const POLL = { pollMilliseconds: 20 };

const edge = createCertificate('traefik');
const stranger = createCertificate('stranger');

interface Files {
  readonly server: Certificate;
  readonly trusted: Certificate;
}

let folder = '';
let backend: TestBackend;
let router: RouterUnderTest;
const events: (readonly [string, unknown])[] = [];

function write({ server, trusted }: Files): void {
  writeFileSync(join(folder, 'tls.crt'), server.certificate);
  writeFileSync(join(folder, 'tls.key'), server.key);
  writeFileSync(join(folder, 'ca.crt'), trusted.certificate);
}

const openTls = (directory: string) =>
  new ServerTls({ directory, ...POLL, log: (_, event, fields) => void events.push([event, fields.cause]) });

const first = createCertificate(HOST, 'first');

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agent-gateway-tls-'));
  events.length = 0;
  write({ server: first, trusted: edge });
  backend = await startBackend((request, response) => {
    if (request.url === '/agents/stream') beginEvents(response);
    else response.end('ok');
  });
  router = await startTestRouter(backend.port, { tls: openTls(folder), decisions: true });
});
afterEach(async () => {
  await router.close();
  await backend.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Asked {
  readonly client?: Certificate;
  readonly server?: Certificate;
  readonly port?: number;
  readonly path?: string;
}

/** Status, and the subject of the certificate that the router has shown. */
function ask({ client, server = first, port = router.port, path = '/v1/agents' }: Asked) {
  return new Promise<{ status: number; subject: unknown }>((resolve, reject) => {
    const request = get(
      {
        ...{ host: '127.0.0.1', port, path, agent: false, servername: HOST, ca: server.certificate },
        ...(client === undefined ? {} : { cert: client.certificate, key: client.key }),
        headers: { authorization: TOKEN, 'x-forwarded-uri': '/v1/agents' },
      },
      (answer) => {
        const { CN } = (answer.socket as TLSSocket).getPeerCertificate().subject;
        answer.resume().on('end', () => resolve({ status: answer.statusCode ?? 0, subject: CN }));
      },
    );
    request.on('error', reject);
  });
}

const told = (event: string) => until(() => events.some(([name]) => name === event), event);

test('serves requests and decisions for a client that the authority vouches for', async () => {
  expect(await ask({ client: edge })).toEqual({ status: 200, subject: 'first' });
  expect(await ask({ client: edge, port: router.decisionPort, path: '/agents' })).toMatchObject({
    status: 204,
  });
});

test.each([
  ['without a certificate', undefined],
  ['with the certificate of another authority', stranger],
])('refuses a client %s, at both ports, and says so', async (_, client) => {
  const clientOf = client === undefined ? {} : { client };
  await expect(ask(clientOf)).rejects.toThrow();
  await expect(ask({ ...clientOf, port: router.decisionPort, path: '/agents' })).rejects.toThrow();
  await told('router_tls_refused');

  expect(backend.received).toEqual([]);
  expect(await ask({ client: edge })).toMatchObject({ status: 200 });
});

test('speaks no plain HTTP, but at the port for probes', async () => {
  const plain = (options: ClientRequestArgs) =>
    new Promise((resolve, reject) => getPlain(options, resolve).on('error', reject));
  await expect(plain({ host: '127.0.0.1', port: router.port, agent: false })).rejects.toThrow();

  expect((await send(router.adminPort, '/readyz')).status).toBe(200);
});

test('shows a new certificate and takes new clients without a restart', async () => {
  const second = createCertificate(HOST, 'second');
  write({ server: second, trusted: stranger });
  await told('router_tls_read');

  expect(await ask({ client: stranger, server: second })).toEqual({ status: 200, subject: 'second' });
  await expect(ask({ client: edge, server: second })).rejects.toThrow();
});

test.each<[string, () => void, RegExp]>([
  [
    'a key of another certificate',
    () => writeFileSync(join(folder, 'tls.key'), stranger.key),
    /not that of tls\.crt/,
  ],
  [
    'an expired certificate',
    () => write({ server: createCertificate(HOST, 'old', -1), trusted: edge }),
    /tls\.crt has expired, on /,
  ],
  [
    'an authority that is no certificate',
    () => writeFileSync(join(folder, 'ca.crt'), 'nonsense'),
    /ca\.crt is not a certificate/,
  ],
])('keeps what it has when it finds %s, and says why', async (_, change, cause) => {
  change();
  await told('router_tls_failed');

  expect(events).toEqual([['router_tls_failed', expect.stringMatching(cause)]]);
  expect(await ask({ client: edge })).toEqual({ status: 200, subject: 'first' });
});

test.each<[string, (directory: string) => void, RegExp]>([
  ['no certificate', (at) => rmSync(join(at, 'tls.crt')), /tls\.crt: ENOENT$/],
  ['no key', (at) => rmSync(join(at, 'tls.key')), /tls\.key: ENOENT$/],
  ['no authority', (at) => rmSync(join(at, 'ca.crt')), /ca\.crt: ENOENT$/],
  [
    'an empty authority',
    (at) => writeFileSync(join(at, 'ca.crt'), ''),
    /ca\.crt is not a certificate in PEM form$/,
  ],
  [
    'a key of another certificate',
    (at) => writeFileSync(join(at, 'tls.key'), stranger.key),
    /tls\.key is no key, or not that of tls\.crt$/,
  ],
  [
    'an expired certificate',
    () => write({ server: createCertificate(HOST, 'old', -1), trusted: edge }),
    /tls\.crt has expired, on .* GMT$/,
  ],
])('does not start with %s', (_, change, message) => {
  change(folder);

  expect(() => openTls(folder)).toThrow(message);
});

test('ends an open stream on shutdown by its own rules, TLS or not', async () => {
  const stream = new Promise<string>((resolve) => {
    const options = {
      host: '127.0.0.1',
      port: router.port,
      path: '/v1/agents/stream',
      agent: false,
    } as const;
    const certificates = { servername: HOST, ca: first.certificate, cert: edge.certificate, key: edge.key };
    get({ ...options, ...certificates, headers: { authorization: TOKEN } }, (answer) => {
      answer.resume().on('close', () => resolve(answer.complete ? 'complete' : 'cut'));
    });
  });
  await until(() => backend.received.length > 0, 'the stream');

  await router.router.stop(0, 0);

  expect(await stream).toBe('cut');
});
