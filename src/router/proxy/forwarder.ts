/** Sends admitted requests to their backends: holds what all of a gateway's forwardings share. */
import type { CompiledGateway } from '../compiled-gateway';
import type { Exchange } from '../exchange';
import type { ClientAnswer } from '../http/client-answer';
import { BackendPools, type PoolOptions } from './backend-pool';
import type { Shared } from './forwarder-parts';
import { Forwarding } from './forwarding';
import { Health } from './health';
import { responseHeadersOf } from './response-headers';

/** One for the life of a router. */
export class Forwarder implements Shared {
  readonly pools: BackendPools;
  readonly health: Health;
  readonly responseHeaders: Shared['responseHeaders'];

  /** @throws as `BackendPools` */
  constructor(
    readonly gateway: CompiledGateway,
    options: PoolOptions = {},
  ) {
    this.pools = new BackendPools(gateway.model.backends, options);
    this.health = new Health(gateway.model);
    this.responseHeaders = responseHeadersOf(gateway);
  }

  /** Forwards an exchange whose pipeline said so, and answers it whatever happens. */
  forward(exchange: Exchange, answer: ClientAnswer): void {
    new Forwarding(this, exchange, answer).start();
  }
}
