/** The id that a request has in answers, logs and backends (contract H1). */
import { randomUUID } from 'node:crypto';
import { saneRequestId } from '../model/headers';

/** The client's id if it is a sane one, else a new one. */
export function requestIdOf(header: string | readonly string[] | undefined): string {
  return saneRequestId(typeof header === 'string' ? header : undefined) ?? randomUUID();
}
