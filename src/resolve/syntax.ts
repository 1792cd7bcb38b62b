/** Shapes of values that need a parser: URLs, origins, regular expressions, dates. */
import { NOTHING } from './problems';
import type { Shape } from './shape';
import { checked, isDnsName } from './values';

/** Address of a JWKS: https, or http inside the cluster, where there is no one between. */
export const jwksUrl: Shape<string> = checked(
  'AGW_URL',
  'an https URL without user or fragment, or http for a host inside the cluster',
  'use https, or the name of a Service (ending in .svc where it is in another namespace)',
  (value) => {
    const url = parseUrl(value);
    if (url === undefined || url.username !== '' || url.password !== '' || url.hash !== '') return false;
    return url.protocol === 'https:' || (url.protocol === 'http:' && isInsideCluster(url.hostname));
  },
);

/** Address of a backend: https, with a path that is plain or none. */
export const backendUrl: Shape<string> = checked(
  'AGW_URL',
  'an https URL such as "https://api.openai.com/v1", without user, query or fragment',
  'use https, a host name, and a path of letters, digits, -, ., _ and ~; keys belong into credential',
  (value) => {
    const url = parseUrl(value);
    return url?.protocol === 'https:' && PLAIN_URL.test(value) && isDnsName(url.hostname);
  },
);

const PLAIN_URL = /^https:\/\/[A-Za-z0-9.-]+(:\d{1,5})?(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._~-]+)*\/?$/;

/** Host, port and path of a URL that `backendUrl` accepts; the path has no slash at its end. */
export function splitBackendUrl(value: string): { host: string; port: number; path: string } {
  const url = new URL(value);
  return {
    host: url.hostname,
    port: url.port === '' ? 443 : Number(url.port),
    path: url.pathname.replace(/\/$/, ''),
  };
}

/** Address of a collector, by the same rule; a path is appended to it. */
export const collectorUrl: Shape<string> = checked(
  'AGW_URL',
  'an https URL without user, query or fragment, or http for a host inside the cluster',
  'use https, or the name of a Service (ending in .svc where it is in another namespace)',
  (value) => {
    const url = parseUrl(value);
    if (url === undefined || url.username !== '' || url.password !== '' || /[?#\s]/.test(value)) return false;
    return url.protocol === 'https:' || (url.protocol === 'http:' && isInsideCluster(url.hostname));
  },
);

function isInsideCluster(hostname: string): boolean {
  return /^[a-z0-9-]+$|\.svc$|\.svc\.cluster\.local$/.test(hostname);
}

/** `https://app.example.com:8443`, or `*`. */
export const origin: Shape<string> = checked(
  'AGW_ORIGIN',
  'an origin such as "https://app.example.com", or "*"',
  'give scheme, host and port if it is not the usual one, in lower case and without a slash at the end; several hosts belong into originPatterns',
  (value) => value === '*' || (parseUrl(value)?.origin === value && PLAIN_ORIGIN.test(value)),
);

/** A `*` in a host is no sign of URLs, but browsers and Node.js let it pass; Kong would take it for one of an expression. */
const PLAIN_ORIGIN = /^[a-z]+:\/\/[a-z0-9.:[\]_-]+$/;

/** A regular expression that JavaScript and RE2 (Traefik, Kong's router) read alike. */
export const originPattern: Shape<string> = checked(
  'AGW_PATTERN',
  'a regular expression of the RE2 kind, without look-around and back-references',
  'rewrite it without (?=…), (?!…), (?<…) and \\1, or list the origins one by one',
  (value) => value.length > 0 && value.length <= 512 && !NOT_IN_RE2.test(value) && compiles(value),
);

const NOT_IN_RE2 = /\(\?(?!:)|\\[1-9k]|[\p{Cc}]|\\[cuUQECGXZz]/u;

function compiles(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch {
    return false;
  }
}

/** A day, or a moment with a zone; kept as it is written. */
export const date: Shape<string> = (value, at) => {
  if (typeof value === 'string' && dateSeconds(value) !== undefined) return value;
  const quotes =
    value instanceof Date ? 'put the date into quotes, so that YAML leaves it a text' : undefined;
  at.report(
    'AGW_DATE',
    value ?? NOTHING,
    'a date such as "2027-03-31" or "2027-03-31T12:00:00Z"',
    quotes ?? 'give a day of the calendar, or a moment with its zone',
  );
  return undefined;
};

/** Seconds since 1970 of a date that `date` accepts; a day begins at midnight UTC. */
export function dateSeconds(value: string): number | undefined {
  const parts = /^(\d{4})-(\d{2})-(\d{2})(T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2}))?$/.exec(value);
  if (parts === null) return undefined;
  const [, year, month, day] = parts.map(Number);
  // Date turns February 30 into March 2; a day that moves is none.
  const calendar = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day));
  const isDay =
    calendar.getUTCFullYear() === year &&
    calendar.getUTCMonth() + 1 === month &&
    calendar.getUTCDate() === day;
  if (!isDay) return undefined;
  const milliseconds = Date.parse(value);
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000);
}

function parseUrl(value: string): URL | undefined {
  try {
    return new URL(value);
  } catch {
    return undefined;
  }
}
