/** The trace that a request belongs to (W3C Trace Context, level 1): passed on if valid, else started. */
import { randomBytes } from 'node:crypto';

const VALID = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:$|-)/;
const SPAN_DIGITS = 16;
const TRACE_DIGITS = 32;
/** Of a trace and its span, 128 times. */
const STOCK_BYTES = 3_072;

/** Random digits in stock, because asking the system for them request by request costs more than the rest. */
let stock = '';
let used = 0;

/**
 * The `traceparent` for the backend, unless the router makes a span of its own (`tracing/tracer.ts`).
 *
 * A valid one passes as it is, so the client's span stays the parent. A new one has the flag `00`: whether to sample
 * is for the backend's tracing to say.
 */
export function traceparentOf(header: string | readonly string[] | undefined): string {
  if (typeof header === 'string' && header.length < 256 && VALID.test(header)) return header;
  return `00-${randomHex(TRACE_DIGITS)}-${newSpanId()}-00`;
}

/** Sixteen hex digits that nobody has used. */
export function newSpanId(): string {
  return randomHex(SPAN_DIGITS);
}

/** Places in a `traceparent` whose form is known: `00-<trace>-<span>-<flags>`. */
export function traceIdOf(traceparent: string): string {
  return traceparent.slice(3, 35);
}

/** The span that whoever wrote the `traceparent` made. */
export function spanIdOf(traceparent: string): string {
  return traceparent.slice(36, 52);
}

/** Bit 0: recorded by whoever wrote the `traceparent`. Bit 1 (level 2): the trace id is random. */
export function flagsOf(traceparent: string): number {
  return Number.parseInt(traceparent.slice(53, 55), 16);
}

function randomHex(digits: number): string {
  if (used + digits > stock.length) {
    stock = randomBytes(STOCK_BYTES).toString('hex');
    used = 0;
  }
  used += digits;
  return stock.slice(used - digits, used);
}
