/** The line that the log gets for every request, once it has ended; `docs/log.md` explains each field. */
import { ERRORS } from './errors';
import type { Exchange, PassedOver } from './exchange';
import { jsonText, type Log, type LogLevel } from './log';
import type { UnreadRequest } from './reception';
import { traceIdOf } from './trace-context';

/** A name that a client chose does not make a line any longer. Unit: characters. */
const MODEL_CHARACTERS_MOST = 100;
const PATH_CHARACTERS_MOST = 1_024;

/** Writes the line of one exchange; called once, at its end. */
export function logExchange(log: Log, exchange: Exchange): void {
  log.append(levelOf(exchange), `${outcomeOf(exchange)}${wayOf(exchange)}${measuresOf(exchange)}`);
}

/**
 * Members are written by hand, because every request pays for its line: ids, codes, and names of services, versions,
 * variants and plans are known to be plain.
 */
function outcomeOf(exchange: Exchange): string {
  const { requestId, traceparent, request, path, code, cause, limits } = exchange;
  let text = `,"requestId":"${requestId}","traceId":"${traceIdOf(traceparent)}","method":"${request.method}"`;
  text += `,"path":${jsonText(path.slice(0, PATH_CHARACTERS_MOST))},"status":${exchange.status}`;
  if (exchange.forEdge) text += ',"decision":true';
  if (code !== undefined) text += `,"code":"${code}"`;
  if (cause !== undefined) text += `,"cause":${jsonText(cause)}`;
  const limit = limits?.refusedBy;
  if (limit !== undefined && limit !== 'plan') text += `,"limit":"${limit}"`;
  if (limits?.degraded) text += ',"degraded":true';
  return text;
}

function wayOf({ route, admission, backend, failovers, resentTo, modelName, caller }: Exchange): string {
  let text = route === undefined ? '' : `,"service":"${route.name}"`;
  if (admission !== undefined) text += `,"version":"${admission.version.name}"`;
  if (admission?.variant !== undefined) text += `,"variant":"${admission.variant}"`;
  if (backend !== undefined) text += `,"backend":${jsonText(backend.id)}`;
  if (failovers !== undefined) text += `,"passedOver":${JSON.stringify(failovers.map(inWords))}`;
  if (resentTo !== undefined) text += `,"resentTo":${JSON.stringify(resentTo)}`;
  if (modelName !== undefined) text += `,"model":${jsonText(modelName.slice(0, MODEL_CHARACTERS_MOST))}`;
  if (admission !== undefined) text += `,"plan":"${admission.plan.name}"`;
  if (caller?.tenant !== undefined) text += `,"tenant":${jsonText(caller.tenant)}`;
  return caller === undefined ? text : `${text},"caller":"${caller.limitKey}"`;
}

function inWords({ backend, reason }: PassedOver): string {
  return `${backend} ${reason}`;
}

function measuresOf({ startedAt, firstByteAt, bytesIn, bytesOut, aborted }: Exchange): string {
  let text = `,"durationMilliseconds":${rounded(performance.now() - startedAt)}`;
  if (firstByteAt !== 0) text += `,"firstByteMilliseconds":${rounded(firstByteAt - startedAt)}`;
  return `${text},"bytesIn":${bytesIn},"bytesOut":${bytesOut},"aborted":${aborted}`;
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
