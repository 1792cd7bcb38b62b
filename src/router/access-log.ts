/** The line that the log gets for every request, once it has ended; `docs/log.md` explains each field. */
import { ERRORS } from './errors';
import type { Exchange } from './exchange';
import type { Log, LogLevel } from './log';
import type { UnreadRequest } from './reception';
import { traceIdOf } from './trace-context';

/** A name that a client chose does not make a line any longer. Unit: characters. */
const MODEL_CHARACTERS_MOST = 100;
const PATH_CHARACTERS_MOST = 1_024;

/** Writes the line of one exchange; called once, at its end. */
export function logExchange(log: Log, exchange: Exchange): void {
  const { admission, caller, limits, request } = exchange;
  log.write(levelOf(exchange), {
    requestId: exchange.requestId,
    traceId: traceIdOf(exchange.traceparent),
    method: request.method,
    path: exchange.path.slice(0, PATH_CHARACTERS_MOST),
    status: exchange.status,
    decision: exchange.forEdge || undefined,
    code: exchange.code,
    cause: exchange.cause,
    limit: limits?.refusedBy === 'plan' ? undefined : limits?.refusedBy,
    degraded: limits?.degraded === true ? true : undefined,
    service: exchange.route?.name,
    version: admission?.version.name,
    variant: admission?.variant,
    backend: exchange.backend?.id,
    passedOver: exchange.failovers?.map(({ backend, reason }) => `${backend} ${reason}`),
    model: exchange.modelName?.slice(0, MODEL_CHARACTERS_MOST),
    plan: admission?.plan.name,
    tenant: caller?.tenant,
    caller: caller?.limitKey,
    durationMilliseconds: rounded(performance.now() - exchange.startedAt),
    firstByteMilliseconds:
      exchange.firstByteAt === 0 ? undefined : rounded(exchange.firstByteAt - exchange.startedAt),
    bytesIn: exchange.bytesIn,
    bytesOut: exchange.bytesOut,
    aborted: exchange.aborted,
  });
}

/** Writes the line of what could not be read as a request, of which no more is known. */
export function logUnread(log: Log, { requestId, code, cause }: UnreadRequest): void {
  log.write('info', { requestId, status: ERRORS[code].status, code, cause });
}

/** A client's mistake is no event for the operator; a failing service is one, our own failure more so. */
function levelOf(exchange: Exchange): LogLevel {
  if (exchange.code === 'internal_error') return 'error';
  return exchange.code !== undefined && ERRORS[exchange.code].status >= 500 ? 'warn' : 'info';
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
