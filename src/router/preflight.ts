/** The CORS steps of the pipeline (contract H2, I6), for gateways whose edge does not do CORS. */
import type { CompiledGateway } from './compiled-gateway';
import type { ClientRequest } from './http/client-request';

/** The request's origin, if the router does CORS and the origin may read the answer. */
export function allowedOrigin(gateway: CompiledGateway, request: ClientRequest): string | undefined {
  const origin = request.headers.origin;
  return origin !== undefined && gateway.cors?.allows(origin) ? origin : undefined;
}

/**
 * Whether a request is a preflight that the router answers itself, with no credential and without a look at the path.
 * From an origin that is not allowed too: it gets the same answer without the headers that would allow anything.
 */
export function isPreflight(gateway: CompiledGateway, request: ClientRequest): boolean {
  return (
    gateway.cors !== undefined &&
    request.method === 'OPTIONS' &&
    request.headers.origin !== undefined &&
    request.headers['access-control-request-method'] !== undefined
  );
}
