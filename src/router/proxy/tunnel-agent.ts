/** Connects tunnels to their backends: a connection for each, with a time limit on connecting. */
import { Agent, type ClientRequestArgs } from 'node:http';
import type { Socket } from 'node:net';
import { ConnectTimeoutError } from './backend-connection';
import type { Connector } from './connector';

/** What the agent needs besides Node's own options. */
export interface TunnelRequestOptions extends ClientRequestArgs {
  readonly connector: Connector;
  readonly connectMilliseconds: number;
}

/** Connects for an upgrade, within a bounded time; nothing is pooled, since a tunnel keeps its connection. */
export class TunnelAgent extends Agent {
  override createConnection(options: ClientRequestArgs): Socket {
    const { connector, connectMilliseconds } = options as TunnelRequestOptions;
    const socket = connector.open();
    const timer = setTimeout(() => {
      socket.destroy(new ConnectTimeoutError('the connection took too long'));
    }, connectMilliseconds);
    const stop = () => clearTimeout(timer);
    socket.once(connector.standsWith, stop).once('close', stop);
    return socket;
  }
}
