/** The bytes of a request's head while they arrive. */
import { InvalidMessageError } from './chunked-body';

const RETURN = 0x0d;
const FEED = 0x0a;

/** Empty lines before a request do not count (RFC 9112 section 2.2). @returns where they end */
export function emptyLines(bytes: Buffer): number {
  let at = 0;
  while (bytes[at] === RETURN && bytes[at + 1] === FEED) at += 2;
  return at;
}

/**
 * The empty line that ends a head of bare line feeds would be waited for in vain.
 *
 * @param from bytes before were looked at
 * @throws InvalidMessageError
 */
export function refuseBareFeeds(bytes: Buffer, from: number): void {
  for (let at = bytes.indexOf(FEED, from); at !== -1; at = bytes.indexOf(FEED, at + 1)) {
    if (bytes[at - 1] !== RETURN) {
      throw new InvalidMessageError('a line of the head ends with a bare line feed');
    }
  }
}
