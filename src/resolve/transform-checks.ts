/** What must hold of a service's changes of requests and answers: they leave alone what is not theirs. */
import {
  foldedHeaderName,
  isProtectedAnswerHeader,
  isProtectedRequestHeader,
} from '../model/protected-headers';
import type { HeaderChangesProps } from '../props/transform-props';
import type { LooseProps } from './check-helpers';
import { checkJsonChanges } from './json-checks';
import type { Place } from './problems';
import type { Loose } from './shape';

type LooseService = NonNullable<NonNullable<LooseProps['services']>[string]>;
type LooseChanges = Loose<HeaderChangesProps>;

/** Checks the changes of one service. */
export function checkTransforms(service: LooseService, at: Place): void {
  checkHeaders(service.requestHeaders, at.key('requestHeaders'), (name, puts) => {
    // A credential in a manifest is everybody's; to take the client's away is another matter.
    const credential = puts && foldedHeaderName(name) === 'authorization';
    return credential || isProtectedRequestHeader(name);
  });
  checkJsonChanges(service.requestJson, at.key('requestJson'));
  checkJsonChanges(service.responseJson, at.key('responseJson'));
  checkHeaders(service.responseHeaders, at.key('responseHeaders'), isProtectedAnswerHeader);
}

function checkHeaders(
  changes: LooseChanges | undefined,
  at: Place,
  isProtected: (name: string, puts: boolean) => boolean,
): void {
  const taken = new Set<string>();
  const check = (name: string, puts: boolean, place: Place) => {
    if (isProtected(name, puts)) {
      const expected = "a header that is not the gateway's, a credential, or about one connection";
      place.report('AGW_HEADER_PROTECTED', name, expected, 'leave this header out');
    }
    const folded = foldedHeaderName(name);
    if (taken.has(folded)) {
      place.report('AGW_DUPLICATE', name, 'each header once in set, add and remove', 'keep one of them');
    }
    taken.add(folded);
  };
  for (const key of ['set', 'add'] as const) {
    for (const name of Object.keys(changes?.[key] ?? {})) check(name, true, at.key(key).key(name));
  }
  changes?.remove?.forEach((name, i) => {
    if (name !== undefined) check(name, false, at.key('remove').index(i));
  });
}
