/**
 * What a request's head says of where it goes and where it ends. Splits the target into path and query (RFC 9112 section
 * 3.2) with no URL parser that could tidy it up.
 */
import type { RequestHead } from './http/request-head';

/** `{ path: '/v1/agents', query: '?stream=true' }` */
export interface RequestTarget {
  readonly path: string;
  readonly query: string;
}

/**
 * The origin form is taken as it is; the absolute form loses its scheme and host, which do not count: a request
 * inside the cluster names the router's Service, one from outside was sent here by the edge for its host. What is
 * neither gives a path that no route takes.
 */
export function splitTarget(target: string): RequestTarget {
  const origin = target.startsWith('/') ? target : withoutAuthority(target);
  const mark = origin.indexOf('?');
  return mark === -1
    ? { path: origin, query: '' }
    : { path: origin.slice(0, mark), query: origin.slice(mark) };
}

function withoutAuthority(target: string): string {
  const authority = /^https?:\/\/[^/?#]*/i.exec(target);
  if (authority === null) return target;
  const rest = target.slice(authority[0].length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** Whether a request names its host, as it must (RFC 9112 section 3.2); HTTP/1.0 may leave it out. */
export function namesHost({ headers, isHttp11 }: RequestHead): boolean {
  return headers.host !== undefined || !isHttp11;
}
