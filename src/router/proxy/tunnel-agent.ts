/** Connects tunnels to their backends: a connection for each, with a time limit on connecting. */
import { Agent, type ClientRequestArgs } from 'node:http';
import { connect, type Socket } from 'node:net';
import { ConnectTimeoutError } from './backend-connection';

/** What the agent needs besides Node's own options. */
export interface TunnelRequestOptions extends ClientRequestArgs {
  readonly host: string;
  readonly port: number;
  readonly connectMilliseconds: number;
}

/** Connects for an upgrade, within a bounded time; nothing is pooled, since a tunnel keeps its connection. */
export class TunnelAgent extends Agent {
  override createConnection(options: ClientRequestArgs): Socket {
    const { host, port, connectMilliseconds } = options as TunnelRequestOptions;
    const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 15_000 });
    const timer = setTimeout(() => {
      socket.destroy(new ConnectTimeoutError('the connection took too long'));
    }, connectMilliseconds);
    const stop = () => clearTimeout(timer);
    socket.once('connect', stop).once('close', stop);
    return socket;
  }
}
