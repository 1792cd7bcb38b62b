/** What is measured: a bare nginx and haproxy, a gateway as a person would write it in Python, and the router. */
import { createHash } from 'node:crypto';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentGatewayProps, EdgeProps } from 'cdk8s-agent-gateway';
import { resolveGateway } from '../../src/resolve/resolve-gateway';
import { AUDIENCE, ISSUER } from '../../test/support/identity-provider';
import { HOST } from './client';
import { type Running, start } from './processes';

/** Where the programs of a measurement listen. */
export interface Ports {
  readonly backend: number;
  readonly streamBackend: number;
  readonly redis: number;
  readonly jwks: number;
  readonly proxy: number;
  readonly admin: number;
}

const NGINX_COMMON = (directory: string) => `
daemon off;
master_process off;
pid ${directory}/nginx.pid;
error_log ${directory}/error.log crit;
events { worker_connections 15000; }
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

/** What the stream backend is asked for. */
export const STREAM_PATH = '/streams/stream';
export const UPLOAD_PATH = '/streams/upload';

/** Streams events and takes uploads. */
export function startStreamBackend(port: number): Promise<Running> {
  const env = { ...process.env, PORT: String(port) };
  return start(process.execPath, [join(__dirname, 'stream-backend.mjs')], port, { env });
}

export function startRedisServer(port: number): Promise<Running> {
  return start('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', ''], port);
}

/** @param settings besides those that a bare proxy needs */
export function startNginxProxy(directory: string, ports: Ports, settings = ''): Promise<Running> {
  return startNginx(
    directory,
    `proxy-${ports.proxy}`,
    ports.proxy,
    `
    upstream backend { server 127.0.0.1:${ports.backend}; keepalive 256; keepalive_requests 1000000; }
    upstream streams { server 127.0.0.1:${ports.streamBackend}; keepalive 256; keepalive_requests 1000000; }
    proxy_http_version 1.1;
    proxy_set_header Connection '';
    proxy_buffering off;
    ${settings}
    server {
      listen 127.0.0.1:${ports.proxy} backlog=4096;
      keepalive_requests 1000000;
      client_max_body_size 64m;
      location / { proxy_pass http://backend; }
      location /streams/ { proxy_pass http://streams; }
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
  const file = join(directory, `haproxy-${ports.proxy}.cfg`);
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

/** The Node that runs the router: what the container has is best asked for by ROUTER_NODE. */
export const ROUTER_NODE = process.env.ROUTER_NODE ?? process.execPath;

/** What is unusual of a router. */
export interface RouterStart {
  /** What stands in front, which has duties of its own. Default: nothing. */
  readonly edge?: EdgeProps;
  /** Options of Node. */
  readonly nodeOptions?: readonly string[];
  /** Default: the bundle that is shipped. */
  readonly program?: string;
}

/** With all that the contract asks of it: tokens, three windows and concurrency in Redis, model routing, CORS, metrics, log. */
export function gatewayProps(ports: Ports, edge: EdgeProps): AgentGatewayProps {
  const service = (path: string, port: number) => {
    const backend = { service: 'localhost', port };
    return { path, backend, models: { 'gpt-4': backend, 'claude-3*': backend }, bodyLimitBytes: 67_108_864 };
  };
  return {
    hosts: [HOST],
    edge,
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
      agents: service('/agents', ports.backend),
      streams: service('/streams', ports.streamBackend),
    },
    versions: { v1: {}, v2: { weightPercent: 10 } },
    cors: { origins: ['https://app.example.com'] },
  };
}

/** The router of such a gateway, without anything in front unless the options say so. */
export function startRouter(directory: string, ports: Ports, options: RouterStart = {}): Promise<Running> {
  const resolved = resolveGateway(gatewayProps(ports, options.edge ?? { none: {} }));
  if (resolved.kind === 'problems') throw new Error(JSON.stringify(resolved.problems));
  // By address: which family `localhost` gets is not what is measured.
  const document = JSON.stringify(resolved.gateway).replaceAll('"host":"localhost"', '"host":"127.0.0.1"');
  const digest = createHash('sha256').update(document).digest('hex').slice(0, 8);
  const file = join(directory, `gateway-${digest}.json`);
  writeFileSync(file, document);
  const { nodeOptions = [], program = join(__dirname, '../../bundle/router.cjs') } = options;
  return start(ROUTER_NODE, [...nodeOptions, program], ports.proxy, {
    env: {
      NODE_ENV: 'production',
      // As the Deployment of a router with 512 MiB has it.
      NODE_OPTIONS: '--max-old-space-size=384',
      GATEWAY_DOCUMENT: file,
      STORE_URL: `redis://127.0.0.1:${ports.redis}`,
      PORT: String(ports.proxy),
      ADMIN_PORT: String(ports.admin),
      BIND_ADDRESS: '127.0.0.1',
    },
    output: openSync(join(directory, `router-${ports.proxy}.log`), 'a'),
  });
}

/** A proxy on Node without duties, for what Node itself costs. */
export function startFloor(mode: 'sockets' | 'http', ports: Ports): Promise<Running> {
  const env = { MODE: mode, PORT: String(ports.proxy), BACKEND: String(ports.backend) };
  return start(ROUTER_NODE, [join(__dirname, 'floor.mjs')], ports.proxy, { env });
}

/** `python` is one that has what `gateway-requirements.txt` names. */
export function startFastApi(directory: string, python: string, ports: Ports): Promise<Running> {
  const args = ['-m', 'uvicorn', 'gateway:app', '--app-dir', __dirname, '--host', '127.0.0.1'];
  return start(
    python,
    [...args, '--port', String(ports.proxy), '--no-access-log', '--log-level', 'error'],
    ports.proxy,
    {
      env: {
        ...process.env,
        BACKEND_URL: `http://127.0.0.1:${ports.backend}`,
        REDIS_URL: `redis://127.0.0.1:${ports.redis}`,
        JWKS_URL: `http://127.0.0.1:${ports.jwks}/`,
        JWT_ISSUER: ISSUER,
        JWT_AUDIENCE: AUDIENCE,
      },
      output: openSync(join(directory, 'fastapi.log'), 'a'),
    },
  );
}
