/** From the router's settings to the tracer, with the router's metrics and log as those who are told. */
import { hostname } from 'node:os';
import type { GatewayModel } from '../../model/gateway-model';
import type { Log } from '../log';
import type { RouterMetrics } from '../router-metrics';
import type { TracingSettings } from '../settings';
import { Tracer } from './tracer';

/** What a tracer tells of itself, and to whom. */
export interface TracerSurroundings {
  readonly model: GatewayModel;
  readonly metrics: RouterMetrics;
  readonly log: Log;
}

/** The tracer of a router; `undefined` when no spans are sent. Does not wait for the collector. */
export function openTracer(
  settings: TracingSettings | undefined,
  { model, metrics, log }: TracerSurroundings,
): Tracer | undefined {
  if (settings === undefined) return undefined;
  return new Tracer({
    ...settings,
    // A pod's host name is the pod's own.
    instance: hostname(),
    trustsForwarded: model.edgeDuties.includes('forwarded-headers'),
    onExported: (spans) => metrics.spansExported.add([], spans),
    onDropped: (reason, spans) => metrics.spansDropped.add([reason], spans),
    onChange: (state, cause) =>
      log.write(state === 'ok' ? 'info' : 'warn', { event: 'tracing_state', state, cause }),
  });
}
