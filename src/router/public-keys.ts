/** The public keys of service tokens (contract I4), for backends and whoever else wants to check one. */
import type { CompiledGateway } from './compiled-gateway';
import type { Exchange } from './exchange';

/** Below the base path; no service can be there. */
const PATH = '/.well-known/jwks.json';

/** Whether a request asks for the keys; for that no credential is needed. */
export function asksForPublicKeys({ model }: CompiledGateway, { request, path }: Exchange): boolean {
  const reads = request.method === 'GET' || request.method === 'HEAD';
  return reads && path.endsWith(PATH) && path === `${model.basePath}${PATH}`;
}

/** Names and values in turn. Long enough to spare the router, short enough for a new key to be seen soon. */
export const PUBLIC_KEYS_HEADERS: readonly string[] = [
  'content-type',
  'application/jwk-set+json',
  'cache-control',
  'public, max-age=60',
];
