/** Reads a request's body into the exchange where a step needs the whole of it, and makes the service's changes (H5). */

import { type Admission, readsModel } from '../model/decide';
import type { ServiceModel } from '../model/gateway-model';
import { CONCURRENCY } from '../model/limits';
import {
  type BodyReading,
  type BufferedBody,
  mayBeKept,
  type Reading,
  readBodyToKeep,
  readJsonBody,
  readModelBody,
} from './body';
import type { CompiledGateway } from './compiled-gateway';
import type { Exchange } from './exchange';
import type { JsonEditor } from './json-editor';
import type { TakeResult } from './limits/store';
import { type Refused, refused } from './refusal';
import { limitRefusal } from './take-limits';

/** What a body is read for: its model, its changes, or to be sent again. */
export type BodyUse = 'model' | 'changes' | 'keep';

/** Why a body that is there must be read before it goes on; `undefined` where it need not be, which is the rule. */
export function bodyUse(
  exchange: Exchange,
  service: ServiceModel,
  admission: Admission,
): BodyUse | undefined {
  if (readsModel(admission)) return 'model';
  if (service.requestJson !== undefined) return 'changes';
  return service.failover !== undefined && mayBeKept(exchange.request) ? 'keep' : undefined;
}

/** A refusal, `'gone'` when the client left, or nothing when the body is there. */
export type Taken = Refused | 'gone' | undefined;

/** At once where all of the body has arrived. */
export function takeBody(
  gateway: CompiledGateway,
  exchange: Exchange,
  service: ServiceModel,
  use: BodyUse,
): Taken | Promise<Taken> {
  if (use !== 'keep' && isEncoded(exchange)) return refused('body_encoded');
  const { caller, admission, lifetime } = exchange;
  const key = caller?.limitKey ?? '';
  // Which plan it is may be for the store to say, later.
  const plan = admission?.plan.pending === undefined ? admission?.plan.plan : undefined;
  if (!lifetime.bodies.beginReading(key, plan?.concurrentRequests)) {
    exchange.limits = TOO_MANY;
    return limitRefusal(TOO_MANY);
  }
  exchange.continueBody?.();
  const reading = read(exchange, service, use);
  if (!(reading instanceof Promise)) return keepBody(gateway, exchange, service, reading);
  return reading.then((later) => keepBody(gateway, exchange, service, later));
}

function keepBody(
  gateway: CompiledGateway,
  exchange: Exchange,
  service: ServiceModel,
  reading: BodyReading,
): Taken {
  exchange.lifetime.bodies.endReading(exchange.caller?.limitKey ?? '');
  if (reading.kind === 'refused') return reading;
  if (reading.kind === 'gone' || exchange.ended) return 'gone';
  const editor = reading.isObject === true ? gateway.jsonEditors.get(service)?.request : undefined;
  exchange.body = editor === undefined ? reading.body : changed(reading.body, editor);
  exchange.modelName = reading.model;
  exchange.bytesIn = reading.body.length;
  return undefined;
}

/** As many bodies as the caller may have requests in flight: one more could only be refused once it has been read. */
const TOO_MANY: TakeResult = { windows: [], refusedBy: CONCURRENCY, retryAfterSeconds: 1, degraded: false };

function isEncoded({ request }: Exchange): boolean {
  const encoding = request.headers['content-encoding'];
  return encoding !== undefined && encoding.trim().toLowerCase() !== 'identity';
}

function read(exchange: Exchange, service: ServiceModel, use: BodyUse): Reading {
  const { request } = exchange;
  const bounds = { limitBytes: service.bodyLimitBytes, memory: exchange };
  switch (use) {
    case 'model':
      return readModelBody(request, bounds);
    case 'changes':
      return readJsonBody(request, bounds, service.failover !== undefined);
    case 'keep':
      return readBodyToKeep(request, bounds);
  }
}

function changed(body: BufferedBody, editor: JsonEditor): BufferedBody {
  const chunks = editor.edit(body.chunks);
  return chunks === body.chunks
    ? body
    : { chunks, length: chunks.reduce((sum, { length }) => sum + length, 0) };
}
