/** Ends a message so that a small body leaves in the same system call as its head. */
import type { OutgoingMessage } from 'node:http';

/** Up to here a copy costs less than a write of two pieces. Unit: bytes. */
const COPY_BYTES_MOST = 16_384;

/**
 * Node joins head and body into one piece only if the body is text (every byte has its character in Latin-1) and comes
 * before `end`, on a connection that is there. Two pieces take `writev`, which costs several times what the copy does
 * (see `bench/`).
 */
export function endWith(message: OutgoingMessage, body: Buffer): void {
  if (body.length > COPY_BYTES_MOST) {
    message.end(body);
    return;
  }
  message.write(body.toString('latin1'), 'latin1');
  message.end();
}
