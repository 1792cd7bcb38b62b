/** What is measured: a bare nginx and haproxy, a gateway as a person would write it in Python, and the router. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveGateway } from '../../src/resolve/resolve-gateway';
import { type Running, start } from './processes';

export interface Ports {
  readonly backend: number;
  readonly redis: number;
  readonly jwks: number;
  readonly proxy: number;
  readonly admin: number;
}

export const ISSUER = 'https://id.example.com/';
export const AUDIENCE = 'agents';

const NGINX_COMMON = (directory: string) => `
daemon off;
master_process off;
pid ${directory}/nginx.pid;
error_log ${directory}/error.log crit;
events { worker_connections 12000; }
`;

/** Answers every request with 1 KiB of JSON. */
export function startBackend(directory: string, port: number): Promise<Running> {
  const body = JSON.stringify({ choices: [{ message: { role: 'assistant', content: 'x'.repeat(960) } }] });
  return startNginx(
    directory,
    'backend',
    port,
    `
    server {
      listen 127.0.0.1:${port} backlog=4096;
      keepalive_requests 1000000;
      client_max_body_size 64m;
      location / { default_type application/json; return 200 '${body}'; }
    }`,
  );
}

export function startNginxProxy(directory: string, ports: Ports): Promise<Running> {
  return startNginx(
    directory,
    'proxy',
    ports.proxy,
    `
    upstream backend { server 127.0.0.1:${ports.backend}; keepalive 256; keepalive_requests 1000000; }
    server {
      listen 127.0.0.1:${ports.proxy} backlog=4096;
      keepalive_requests 1000000;
      client_max_body_size 64m;
      location / { proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection ''; proxy_buffering off; }
    }`,
  );
}

function startNginx(directory: string, name: string, port: number, server: string): Promise<Running> {
  const own = join(directory, name);
  mkdirSync(own, { recursive: true });
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (path) => `${path}_temp_path ${own}/${path};`,
  );
  const http = `access_log off; ${paths.join(' ')} ${server}`;
  writeFileSync(join(own, 'nginx.conf'), `${NGINX_COMMON(own)} http { ${http} }`);
  return start('nginx', ['-c', join(own, 'nginx.conf'), '-p', own], port);
}

export function startHaproxy(directory: string, ports: Ports): Promise<Running> {
  const file = join(directory, 'haproxy.cfg');
  writeFileSync(
    file,
    `
global
  nbthread 1
  maxconn 4000
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend in
  bind 127.0.0.1:${ports.proxy}
  default_backend out
backend out
  server one 127.0.0.1:${ports.backend}
`,
  );
  return start('haproxy', ['-f', file, '-q'], ports.proxy);
}

/** With all that the contract asks of it: tokens, three windows and concurrency in Redis, model routing, CORS, metrics. */
export function startRouter(directory: string, ports: Ports): Promise<Running> {
  const backend = { service: 'localhost', port: ports.backend };
  const resolved = resolveGateway({
    hosts: ['api.example.com'],
    edge: { none: {} },
    auth: { jwt: { issuer: ISSUER, audience: AUDIENCE, jwksUrl: `http://localhost:${ports.jwks}/` } },
    plans: {
      free: {
        requestsPerMinute: 100_000,
        requestsPerHour: 1_000_000,
        requestsPerDay: 1_000_000_000,
        concurrentRequests: 10_000,
      },
    },
    services: {
      agents: {
        path: '/agents',
        backend,
        models: { 'gpt-4': backend, 'claude-3*': backend },
        bodyLimitBytes: 67_108_864,
      },
    },
    versions: { v1: {}, v2: { weightPercent: 10 } },
    cors: { origins: ['https://app.example.com'] },
  });
  if (resolved.kind === 'problems') throw new Error(JSON.stringify(resolved.problems));
  // By address: which family `localhost` gets is not what is measured.
  const document = JSON.stringify(resolved.gateway).replaceAll('"host":"localhost"', '"host":"127.0.0.1"');
  const file = join(
    directory,
    `gateway-${createHash('sha256').update(document).digest('hex').slice(0, 8)}.json`,
  );
  writeFileSync(file, document);
  return start(process.execPath, [join(__dirname, '../../bundle/router.cjs')], ports.proxy, {
    GATEWAY_DOCUMENT: file,
    STORE_URL: `redis://127.0.0.1:${ports.redis}`,
    PORT: String(ports.proxy),
    ADMIN_PORT: String(ports.admin),
    BIND_ADDRESS: '127.0.0.1',
  });
}

/** `python` is one that has what `gateway-requirements.txt` names. */
export function startFastApi(python: string, ports: Ports): Promise<Running> {
  const args = [
    '-m',
    'uvicorn',
    'gateway:app',
    '--app-dir',
    __dirname,
    '--host',
    '127.0.0.1',
    '--port',
    String(ports.proxy),
  ];
  return start(python, [...args, '--no-access-log', '--log-level', 'error'], ports.proxy, {
    ...process.env,
    BACKEND_URL: `http://127.0.0.1:${ports.backend}`,
    REDIS_URL: `redis://127.0.0.1:${ports.redis}`,
    JWKS_URL: `http://127.0.0.1:${ports.jwks}/`,
    JWT_ISSUER: ISSUER,
    JWT_AUDIENCE: AUDIENCE,
  });
}
