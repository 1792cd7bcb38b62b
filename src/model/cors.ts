/** Cross-origin decisions (contract H2): which origin is allowed and what the browser is told. */
import type { CorsModel } from './gateway-model';

/** A model's origins, compiled once. */
export type OriginMatcher = (origin: string) => boolean;

/** Works out once which origins a gateway allows. */
export function compileOrigins(cors: CorsModel): OriginMatcher {
  const any = cors.origins.includes('*');
  const exact = new Set(cors.origins);
  const patterns = cors.originPatterns.map((pattern) => new RegExp(`^(?:${pattern})$`));
  return (origin) => any || exact.has(origin) || patterns.some((pattern) => pattern.test(origin));
}

/** Headers for an answer to an allowed origin; `vary` goes on every answer, allowed or not. */
export function corsHeaders(cors: CorsModel, origin: string): Record<string, string> {
  const headers: Record<string, string> = {
    'access-control-allow-origin': cors.origins.includes('*') ? '*' : origin,
  };
  if (cors.credentials) headers['access-control-allow-credentials'] = 'true';
  if (cors.exposeHeaders.length > 0) headers['access-control-expose-headers'] = cors.exposeHeaders.join(', ');
  return headers;
}

/** What a preflight from an allowed origin gets besides `corsHeaders`. */
export function preflightHeaders(cors: CorsModel): Record<string, string> {
  return {
    'access-control-allow-methods': cors.methods.join(', '),
    'access-control-allow-headers': cors.headers.join(', '),
    'access-control-max-age': String(cors.maxAgeSeconds),
  };
}
