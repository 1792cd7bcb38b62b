/**
 * Headers that are about one connection and stop at the gateway (RFC 9110 section 7.6.1; contract H4): the known ones,
 * and those that a message's own `Connection` header names.
 */

import { HOP_BY_HOP } from '../../model/protected-headers';

/**
 * The further headers that a `Connection` header names, in lower case; `undefined` when it names none, which is nearly
 * always.
 */
export function namedByConnection(connection: string | undefined): ReadonlySet<string> | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined;
  const names = connection
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'keep-alive' && name !== 'close' && !HOP_BY_HOP.has(name));
  return names.length === 0 ? undefined : new Set(names);
}
