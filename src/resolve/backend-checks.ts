/** What must hold of a backend by itself: one address, and headers that are its own to have. */
import { foldedHeaderName, isProtectedRequestHeader } from '../model/protected-headers';
import type { FallbackProps } from '../props/backend-props';
import { backendsOf } from './backends-of';
import { checkOneOf, type LooseProps } from './check-helpers';
import { NOTHING, type Place } from './problems';
import type { Loose } from './shape';

type LooseService = NonNullable<NonNullable<LooseProps['services']>[string]>;
type LooseBackend = Loose<FallbackProps>;

/** Checks every backend of a service, and their fallbacks. */
export function checkBackends(service: LooseService, at: Place): void {
  for (const { keys, backend } of backendsOf(service)) {
    const place = keys.reduce((outer, key) => outer.key(key), at);
    checkBackend(backend, place);
    backend.fallbacks?.forEach((fallback, i) => {
      if (fallback !== undefined) checkBackend(fallback, place.key('fallbacks').index(i));
    });
  }
}

function checkBackend(backend: LooseBackend, at: Place): void {
  const unused = (key: 'port' | 'namespace' | 'path' | 'trusted', beside: string, fix: string) => {
    if (backend[key] === undefined || backend[key] === false) return;
    at.key(key).report('AGW_UNUSED', backend[key], `nothing beside ${beside}`, fix);
  };
  if (backend.service !== undefined) unused('trusted', 'service, which is trusted', 'remove it');
  if (backend.service === undefined && backend.url !== undefined) {
    for (const key of ['port', 'namespace', 'path'] as const) {
      unused(key, 'url', 'make it part of the URL, or remove it');
    }
  }
  checkHeaders(backend, at);
}

/** Whether the members of a backend name one address. */
export function checkAddress(given: ReadonlySet<string>, at: Place): void {
  checkOneOf(Object.fromEntries([...given].map((key) => [key, true])), ['service', 'url'], at);
  if (!given.has('service') || given.has('port')) return;
  at.key('port').report('AGW_REQUIRED', NOTHING, 'the port of the Service', 'add it');
}

function checkHeaders({ headers, credential }: LooseBackend, at: Place): void {
  const shown = credential === undefined ? undefined : foldedHeaderName(credential.header ?? 'authorization');
  // The client's key for the gateway is never sent on, so a backend's own may stand there.
  if (shown !== undefined && shown !== 'x-api-key' && isProtectedRequestHeader(shown)) {
    reportProtected(credential?.header ?? '', at.key('credential').key('header'));
  }
  const taken = new Set(shown === undefined ? [] : [shown]);
  for (const name of Object.keys(headers ?? {})) {
    const folded = foldedHeaderName(name);
    const place = at.key('headers').key(name);
    if (taken.has(folded))
      place.report('AGW_DUPLICATE', name, 'a header that is not set twice', 'remove one of the two');
    else if (folded === 'authorization' || isProtectedRequestHeader(name)) reportProtected(name, place);
    taken.add(folded);
  }
}

function reportProtected(name: string, at: Place): void {
  const expected = "a header that is not the gateway's, a credential, or about one connection";
  at.report('AGW_HEADER_PROTECTED', name, expected, 'leave this header out; a key belongs into credential');
}
