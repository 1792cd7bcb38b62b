/** Security headers by `response-transformer`, which with headers alone never holds an answer back. */
import type { GatewayModel } from '../../model/gateway-model';
import type { KongPlugin } from './kong-config';

/** Kong's `add` leaves a header that is there; so what a backend says of its own is removed first. */
export function renderAnswerHeadersPlugin({ securityHeaders, cors }: GatewayModel): KongPlugin {
  const added = Object.entries(securityHeaders).map(([name, value]) => `${name}:${value}`);
  // `cors` says so only when a page asks; a cache must know it of other answers too.
  const varies = cors !== undefined && !cors.origins.includes('*');
  return {
    purpose: 'answer-headers',
    name: 'response-transformer',
    config: {
      remove: { headers: Object.keys(securityHeaders) },
      add: { headers: varies ? [...added, 'vary:Origin'] : added },
    },
  };
}
