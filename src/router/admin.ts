/** The second port, which no edge exposes: whether the router lives, whether it is ready, and what it has counted. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** Asked whenever somebody looks. */
export interface AdminSources {
  /** What readiness waits for, in words; empty = ready. */
  missing(): readonly string[];
  metrics(): string;
}

/** `/healthz`, `/readyz` and `/metrics`. */
export function createAdmin(sources: AdminSources): Server {
  return createServer((request, response) => {
    switch (pathOf(request)) {
      case '/healthz':
        return answer(request, response, 200, 'ok\n');
      case '/readyz': {
        const missing = sources.missing();
        if (missing.length === 0) return answer(request, response, 200, 'ready\n');
        return answer(request, response, 503, `not ready: ${missing.join(', ')}\n`);
      }
      case '/metrics':
        return answer(request, response, 200, sources.metrics(), 'text/plain; version=0.0.4; charset=utf-8');
      default:
        return answer(request, response, 404, 'not found\n');
    }
  });
}

function pathOf(request: IncomingMessage): string {
  if (request.method !== 'GET' && request.method !== 'HEAD') return '';
  return (request.url ?? '').split('?', 1)[0] ?? '';
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(request.method === 'HEAD' ? undefined : text);
}
