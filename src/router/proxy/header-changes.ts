/** Makes the changes of headers that a service asks for (contract H5) in the flat list that goes to the other side. */
import type { HeaderChangesModel } from '../../model/gateway-model';
import { foldedHeaderName } from '../../model/protected-headers';

/**
 * Takes out what is to be dropped, and puts the service's own at the end.
 *
 * @param headers names and values in turn; changed in place
 * @param from where the headers begin that may be changed
 */
export function changeHeaders(headers: string[], from: number, { drop, put }: HeaderChangesModel): void {
  let to = from;
  for (let at = from; at < headers.length; at += 2) {
    const name = headers[at] as string;
    if (drop.includes(foldedHeaderName(name))) continue;
    headers[to++] = name;
    headers[to++] = headers[at + 1] as string;
  }
  headers.length = to;
  headers.push(...put);
}
