/**
 * What scripts in a real browser can read (contract H2): a Chromium on the PATH, or named by `CHROMIUM_BIN`, loads a page
 * from one origin, and its script asks the router at another. Without one, a line says so.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CorsModel } from '../../src/model/gateway-model';
import { MemoryStore } from '../../src/router/limits/memory-store';
import { programOf } from '../support/api-server';
import { startBackend } from '../support/backend';
import { startTestRouter } from '../support/router-under-test';

const chromium = programOf('CHROMIUM_BIN', 'chromium');

interface Reading {
  readonly what: string;
  readonly status?: number;
  readonly code?: string;
  readonly limits?: string | null;
  readonly requestId?: string | null;
  readonly retryAfter?: string | null;
  readonly text?: string;
  /** What the browser said in place of an answer. */
  readonly failed?: string;
}

/** The page's script. Each request has a header that makes the browser ask with a preflight first. */
function script(router: string): string {
  const page = async (url: string) => {
    const read = async (what: string, path: string, authorization: string, init = {}): Promise<Reading> => {
      try {
        const answer = await fetch(url + path, { ...init, headers: { authorization } });
        const text = await answer.text();
        const of = (name: string) => answer.headers.get(name);
        return {
          what,
          status: answer.status,
          ...(text.includes('"code"') ? { code: JSON.parse(text).code as string } : { text }),
          limits: of('ratelimit'),
          requestId: of('x-request-id'),
          retryAfter: of('retry-after'),
        };
      } catch (error) {
        return { what, failed: String(error) };
      }
    };
    const readings = [
      await read('an answer', '/v1/agents', 'Bearer good'),
      await read('events', '/v1/agents/events', 'Bearer good'),
      await read('a refusal over a limit', '/v1/agents', 'Bearer good'),
      await read('a bad credential', '/v1/agents', 'Bearer bad'),
      await read('a path that is not there', '/v1/nothing', 'Bearer good'),
      await read('a method that is not taken', '/v1/agents', 'Bearer good', { method: 'DELETE' }),
    ];
    await fetch('/result', { method: 'POST', body: JSON.stringify(readings) });
  };
  return `(${page})(${JSON.stringify(router)})`;
}

/** Serves the page; resolves with what its script has read. */
function servePage(text: () => string): { readonly server: Server; readonly result: Promise<Reading[]> } {
  let done: (readings: Reading[]) => void;
  const result = new Promise<Reading[]>((resolve) => {
    done = resolve;
  });
  const server = createServer((request, response) => {
    if (request.url !== '/result') {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end(`<!doctype html><script>${text()}</script>`);
      return;
    }
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      response.end();
      done(JSON.parse(body) as Reading[]);
    });
  });
  return { server, result };
}

const PATIENCE_MILLISECONDS = 20_000;

/** Loads a page in a browser that reaches the loopback and nothing else. */
async function browse(program: string, url: string, result: Promise<Reading[]>): Promise<Reading[]> {
  const profile = mkdtempSync(join(tmpdir(), 'agent-gateway-browser-'));
  const child = spawn(
    program,
    [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-dev-shm-usage', `--user-data-dir=${profile}`],
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
      url,
    ],
    // A group of its own, which ends with all that the browser has started.
    { stdio: 'ignore', detached: true },
  );
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the page has told nothing')), PATIENCE_MILLISECONDS);
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

async function readAs(program: string, originOf: (page: string) => string): Promise<Reading[]> {
  const backend = await startBackend((request, response) => {
    request.resume();
    if (request.url !== '/agents/events') response.end('hello');
    else response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: 1\n\n');
  });
  const { server, result } = servePage(() => script(router.url));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const page = `http://localhost:${(server.address() as AddressInfo).port}`;
  const cors: CorsModel = {
    origins: [originOf(page)],
    originPatterns: [],
    methods: ['GET', 'POST', 'DELETE'],
    headers: ['Authorization'],
    exposeHeaders: ['RateLimit', 'Retry-After', 'X-Request-Id'],
    credentials: false,
    maxAgeSeconds: 600,
  };
  const router = await startTestRouter(backend.port, {
    model: { cors, plans: { free: { windows: [{ name: 'minute', requests: 2 }], onStoreOutage: 'local' } } },
    service: { methods: ['GET', 'POST'] },
    limits: new MemoryStore(),
  });
  try {
    return await browse(program, page, result);
  } finally {
    await router.close();
    await backend.close();
    server.close();
    server.closeAllConnections();
  }
}

if (chromium === undefined) {
  process.stderr.write('No Chromium: what scripts in a browser can read is not tried.\n');
  it('needs a browser that is not here', () => expect(chromium).toBeUndefined());
} else {
  it('lets scripts of an allowed origin read answers, events and refusals', async () => {
    const readings = await readAs(chromium, (page) => page);

    const id = expect.stringMatching(/^[\w-]{36}$/);
    const limits = expect.stringMatching(/^"minute";r=\d;t=\d+$/);
    expect(readings).toEqual([
      expect.objectContaining({ status: 200, text: 'hello', requestId: id, limits }),
      expect.objectContaining({ status: 200, text: 'data: 1\n\n', requestId: id, limits }),
      expect.objectContaining({ status: 429, code: 'limit_exceeded', retryAfter: '60', limits }),
      expect.objectContaining({ status: 401, code: 'invalid_token', requestId: id }),
      expect.objectContaining({ status: 404, code: 'route_not_found', requestId: id }),
      expect.objectContaining({ status: 405, code: 'method_not_allowed', requestId: id }),
    ]);
  }, 30_000);

  it('lets scripts of another origin read nothing', async () => {
    const readings = await readAs(chromium, () => 'https://app.example.com');

    expect(readings.map(({ failed }) => failed)).toEqual(Array(6).fill('TypeError: Failed to fetch'));
  }, 30_000);
}
