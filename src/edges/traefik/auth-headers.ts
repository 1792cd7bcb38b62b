/**
 * Which headers of a client Traefik takes out before it sends a request to a backend by itself, and which of the router's
 * answer it puts in their place (contract I3, I4, H1, H4): the same names that the router drops and sets.
 */
import { IDENTITY_HEADERS, REPLACED_HEADERS, VOUCHED_HEADERS } from '../../model/headers';
import { HOP_BY_HOP } from '../../model/protected-headers';

/** What the router answers, for ForwardAuth's `authResponseHeaders`: taken out of the request, then set if it is there. */
export const TAKEN_OVER: readonly string[] = [
  'authorization',
  'traceparent',
  'tracestate',
  'x-request-id',
  ...Object.values(IDENTITY_HEADERS),
];

/** What separates words for some backend: servers of the CGI family take `X_User_Id` for `X-User-Id`. */
const SEPARATOR = '[^a-z0-9]';
const NO_DASH = '[^a-z0-9-]';

/** Of these the plain spelling is Traefik's own to set or to leave out. */
const OWN_SPELLING: ReadonlySet<string> = new Set(['content-length', ...VOUCHED_HEADERS]);
/** Words that Traefik sees to by itself, and that have no other spelling. */
const LEFT_TO_TRAEFIK: ReadonlySet<string> = new Set(['host', 'expect']);

const FORWARDED = 'x-forwarded-';

/**
 * For ForwardAuth's `authResponseHeadersRegex`, which is Go's RE2: the same in every spelling, and what looks like a
 * forwarded header that Traefik has not written. RE2 cannot look ahead, so "not one of these words" is written out.
 */
export function takenOverPattern(): string {
  const everySpelling = [
    ...TAKEN_OVER,
    ...[...REPLACED_HEADERS].filter((name) => !LEFT_TO_TRAEFIK.has(name) && !OWN_SPELLING.has(name)),
    ...[...HOP_BY_HOP].filter((name) => name.includes('-')),
  ];
  const vouched = [...VOUCHED_HEADERS].filter((name) => name.startsWith(FORWARDED));
  const patterns = [
    ...new Set(everySpelling.map((name) => name.split('-').join(SEPARATOR))),
    ...[...OWN_SPELLING].filter((name) => !name.startsWith(FORWARDED)).map(otherSpellings),
    'forwarded',
    `x${NO_DASH}forwarded${SEPARATOR}.*`,
    `x-forwarded${NO_DASH}.*`,
    FORWARDED + otherThan(vouched.map((name) => name.slice(FORWARDED.length))),
  ];
  return `^(?i:${patterns.join('|')})$`;
}

/** `real-ip` with anything but a dash, `x-real-ip` with at least one. */
function otherSpellings(name: string): string {
  const [first = '', ...rest] = name.split('-');
  const last = rest.join('-');
  const oddNow = `${first}${NO_DASH}${rest.join(SEPARATOR)}`;
  return rest.length === 1 ? oddNow : `${oddNow}|${first}-${otherSpellings(last)}`;
}

/**
 * For a rule of Traefik's: an upgrade to anything but a WebSocket, which would leave a client with a connection to the backend
 * that nobody looks into.
 */
export function otherUpgradePattern(): string {
  return `^(?i:${otherThan(['websocket'])})$`;
}

/** Every text but these words, letter by letter. */
function otherThan(words: readonly string[]): string {
  const firsts = [...new Set(words.map((word) => word.charAt(0)))].filter((letter) => letter !== '').sort();
  const after = (letter: string) =>
    words.filter((word) => word.startsWith(letter)).map((word) => word.slice(1));
  const alternatives = [
    ...(words.includes('') ? [] : ['']),
    firsts.length === 0 ? '.+' : `[^${firsts.join('')}].*`,
    ...firsts.map((letter) => letter + otherThan(after(letter))),
  ];
  return `(?:${alternatives.join('|')})`;
}
