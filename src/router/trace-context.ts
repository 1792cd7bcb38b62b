/** The trace that a request belongs to (W3C Trace Context, level 1): passed on if valid, else started. */
import { randomFillSync } from 'node:crypto';

const VALID = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:$|-)/;

/** Random bytes in stock, because asking the system for them request by request costs more than the rest. */
const stock = Buffer.allocUnsafe(24 * 128);
let used = stock.length;

/**
 * The `traceparent` for the backend.
 *
 * A valid one passes as it is: the router makes no span of its own, so the client's span stays the parent. A new
 * one has the flag `00`: whether to sample is for the backend's tracing to say.
 */
export function traceparentOf(header: string | readonly string[] | undefined): string {
  if (typeof header === 'string' && header.length < 256 && VALID.test(header)) return header;
  if (used === stock.length) {
    randomFillSync(stock);
    used = 0;
  }
  const trace = stock.toString('hex', used, used + 16);
  const span = stock.toString('hex', used + 16, used + 24);
  used += 24;
  return `00-${trace}-${span}-00`;
}
