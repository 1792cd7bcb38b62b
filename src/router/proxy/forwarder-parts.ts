/** What the forwardings of a gateway share. */
import type { CompiledGateway } from '../compiled-gateway';
import type { Exchange } from '../exchange';
import type { BackendPools } from './backend-pool';
import type { Health } from './health';
import type { HeadersOfAnswer } from './response-headers';

/** Made once for a router, by `Forwarder`. */
export interface Shared {
  readonly gateway: CompiledGateway;
  readonly pools: BackendPools;
  readonly health: Health;
  readonly responseHeaders: (exchange: Exchange, answer: HeadersOfAnswer) => string[];
}
