/** Backends by TLS: their certificate is checked, the router shows its own, and connections and sessions are kept. */
import type { TLSSocket } from 'node:tls';
import { WebSocket, WebSocketServer } from 'ws';
import type { BackendTlsModel } from '../../../src/model/gateway-model';
import { answerOk, startBackend, type TestBackend } from '../../support/backend';
import { send } from '../../support/client';
import { type RouterUnderTest, startTestRouter, TOKEN } from '../../support/router-under-test';
import { certificate, type SecretFolder, secretFolder } from '../../support/secret-folder';

/** What the backend saw of each connection. */
interface Seen {
  readonly serverName: string | false | null;
  readonly resumed: boolean;
  readonly client: string | undefined;
}

const sockets = new WebSocketServer({ noServer: true });
let secrets: SecretFolder;
let backend: TestBackend;
let router: RouterUnderTest | undefined;
let seen: Seen[] = [];
let closing = false;

const caSecret = { name: 'ca', key: 'ca.crt' };

beforeAll(async () => {
  secrets = secretFolder();
  secrets.put('ca', { 'ca.crt': certificate('ca.crt') });
  secrets.put('other', { 'ca.crt': certificate('other-ca.crt') });
  backend = await startBackend(
    (request, response) => {
      if (closing) response.setHeader('connection', 'close');
      answerOk(request, response);
    },
    (request, socket, head) => {
      sockets.handleUpgrade(request, socket, head, (ws) => ws.on('message', (data) => ws.send(data)));
    },
    {
      cert: certificate('server.crt'),
      key: certificate('server.key'),
      ca: certificate('ca.crt'),
      requestCert: true,
      rejectUnauthorized: false,
    },
  );
  backend.server.on('secureConnection', (socket: TLSSocket) => {
    seen.push({
      serverName: socket.servername,
      resumed: socket.isSessionReused(),
      // A resumed session brings no certificate along.
      client: socket.getPeerCertificate().subject?.CN?.toString(),
    });
  });
});
beforeEach(() => {
  secrets.put('client', { 'tls.crt': certificate('client.crt'), 'tls.key': certificate('client.key') });
  seen = [];
  closing = false;
});
afterEach(async () => router?.close());
afterAll(async () => {
  sockets.close();
  await backend.close();
  secrets.remove();
});

async function start(tls: BackendTlsModel): Promise<number> {
  router = await startTestRouter(backend.port, {
    model: { backends: { agent: { host: '127.0.0.1', port: backend.port, tls } } },
    secrets: secrets.open(),
  });
  return router.port;
}

const good: BackendTlsModel = { serverName: 'backend.test', caSecret };

test('asks for the name of the backend, and uses a connection again', async () => {
  const port = await start(good);
  for (let request = 0; request < 3; request++) {
    expect((await send(port, '/v1/agents', { body: '{}' })).status).toBe(200);
  }

  expect(seen).toEqual([{ serverName: 'backend.test', resumed: false, client: undefined }]);
  expect(backend.last().headers.host).toBe(`127.0.0.1:${backend.port}`);
});

test('checks an address where there is no name to ask for', async () => {
  const port = await start({ serverName: '127.0.0.1', caSecret });

  expect((await send(port, '/v1/agents')).status).toBe(200);
});

test('resumes the session on a new connection', async () => {
  const port = await start(good);
  closing = true;
  await send(port, '/v1/agents');
  await send(port, '/v1/agents');

  expect(seen.map(({ resumed }) => resumed)).toEqual([false, true]);
});

test.each<[string, BackendTlsModel]>([
  ['by an authority that is not the one named', { ...good, caSecret: { ...caSecret, name: 'other' } }],
  ['by an authority that nobody knows', { serverName: 'backend.test' }],
  ['for another name', { ...good, serverName: 'other.test' }],
])('sends nothing to a backend with a certificate %s', async (_what, tls) => {
  const port = await start(tls);
  const before = backend.received.length;
  const answer = await send(port, '/v1/agents', { body: '{}' });

  expect(answer.status).toBe(502);
  expect(answer.json()).toMatchObject({ code: 'backend_unreachable' });
  expect(backend.received.length).toBe(before);
  expect(router?.log().at(-1)?.cause).toMatch(/certificate|altname/i);
});

test('shows its certificate, and the new one when it has changed', async () => {
  const port = await start({ ...good, clientSecretName: 'client' });
  closing = true;
  await send(port, '/v1/agents');
  expect(seen.at(-1)?.client).toBe('router');

  secrets.put('client', {
    'tls.crt': certificate('client-renewed.crt'),
    'tls.key': certificate('client-renewed.key'),
  });
  for (let tries = 0; tries < 1_000 && seen.at(-1)?.client === 'router'; tries++)
    await send(port, '/v1/agents');
  expect(seen.at(-1)?.client).toBe('router-renewed');
});

test('ties a WebSocket to the backend', async () => {
  const port = await start(good);
  const ws = new WebSocket(`ws://127.0.0.1:${port}/v1/agents`, { headers: { authorization: TOKEN } });
  const echo = await new Promise((resolve, reject) => {
    ws.once('open', () => ws.send('hello'));
    ws.once('message', (data: Buffer) => resolve(data.toString()));
    ws.once('error', reject);
  });

  expect(echo).toBe('hello');
  expect(seen.at(-1)?.serverName).toBe('backend.test');
  ws.terminate();
});

test('does not start without a Secret that a backend needs, and says which', async () => {
  await expect(start({ ...good, caSecret: { name: 'absent', key: 'ca.crt' } })).rejects.toThrow(
    'absent/ca.crt: ENOENT',
  );
});
