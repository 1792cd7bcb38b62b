/** Sends admitted requests to their backends: holds what all of a gateway's forwardings share. */
import type { ServerResponse } from 'node:http';
import type { CompiledGateway } from '../compiled-gateway';
import type { Exchange } from '../exchange';
import { BackendAgents } from './backend-agent';
import { Forwarding } from './forwarding';
import { responseHeadersOf } from './response-headers';

/** One for the life of a router. */
export class Forwarder {
  readonly agents = new BackendAgents();
  readonly responseHeaders: ReturnType<typeof responseHeadersOf>;

  constructor(readonly gateway: CompiledGateway) {
    this.responseHeaders = responseHeadersOf(gateway);
  }

  /** Forwards an exchange whose pipeline said so, and answers it whatever happens. */
  forward(exchange: Exchange, response: ServerResponse): void {
    new Forwarding(this, exchange, response).start();
  }
}
