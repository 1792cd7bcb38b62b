/** CORS as Kong's plugin: it answers preflights itself, before any other plugin could refuse them, and marks errors too. */
import type { CorsModel } from '../../model/gateway-model';
import type { KongPlugin } from './kong-config';

/**
 * A header that pages may send anyway (Fetch standard, "CORS-safelisted request-header"). Kong 3.9 takes an empty list
 * for "whatever the page asks for".
 */
const SAFELISTED = 'Accept';

/** What `model/cors.ts` decides, in the plugin's words. */
export function renderCorsPlugin(cors: CorsModel): KongPlugin {
  return {
    purpose: 'cors',
    name: 'cors',
    config: {
      origins: kongOrigins(cors),
      methods: cors.methods,
      headers: cors.headers.length === 0 ? [SAFELISTED] : cors.headers,
      ...(cors.exposeHeaders.length === 0 ? {} : { exposed_headers: cors.exposeHeaders }),
      credentials: cors.credentials,
      max_age: cors.maxAgeSeconds,
      preflight_continue: false,
    },
  };
}

/**
 * Every origin as an expression over the whole of it. A single plain one would be sent with every answer, whoever asks
 * (Kong 3.9, `cors`); an expression without a colon would be compared with the host alone.
 */
function kongOrigins({ origins, originPatterns }: CorsModel): string[] {
  if (origins.includes('*')) return ['*'];
  return [...origins.map(escaped), ...originPatterns].map((pattern) => `^(?:${pattern})$`);
}

function escaped(origin: string): string {
  return origin.replace(/\./g, '\\$&');
}
