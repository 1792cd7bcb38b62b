/**
 * What Kong 3.9.3 checks in code, where its schemas have only a name for it. Each rule stands by the end of the place
 * it looks at, and is held to Kong's own verdicts.
 */
import { createPublicKey } from 'node:crypto';
import { isIP } from 'node:net';
import { luaSyntaxError } from './lua-syntax';
import { isRecord, type JsonValue } from './schemas';
import type { Report } from './values';

type Rule = (value: JsonValue) => string | undefined;

/** By the end of the place; every rule that fits is asked. */
const RULES: readonly (readonly [RegExp, Rule])[] = [
  [
    /^(services|routes)\.name$|\.instance_name$/,
    text((name) => (NAME.test(name) ? undefined : 'invalid name')),
  ],
  [/\.tags\[\]$/, text((tag) => (/[,/\p{Cc}]/u.test(tag) ? 'invalid tag' : undefined))],
  [/^services\.host$/, text((host) => (/:\d+$/.test(host) ? 'must not have a port' : undefined))],
  [/^routes\.hosts\[\]$/, text((host) => (/[/]/.test(host) ? 'invalid hostname' : undefined))],
  [/^routes\.paths\[\]$/, text(routePathError)],
  [/^upstreams\.name$/, text((name) => (isIP(name) === 0 ? undefined : 'no ip addresses allowed'))],
  [/^jwt_secrets\.rsa_public_key$/, text(publicKeyError)],
  [/^cors\.config\.origins\[\]$/, text((origin) => (origin === '*' ? undefined : regexError(origin)))],
  [
    /^key-auth\.config\.key_names\[\]$/,
    text((name) => (/^[\w-]+$/.test(name) ? undefined : 'bad header name')),
  ],
  [/\.config\.redis\.host$/, text((host) => (/:\d+$/.test(host) ? 'must not have a port' : undefined))],
  [/^ip-restriction\.config\.(allow|deny)\[\]$/, text(rangeError)],
  [
    /^(pre|post)-function\.config\.(certificate|rewrite|access|header_filter|body_filter|log)\[\]$/,
    text(luaSyntaxError),
  ],
  [/^(rate-limiting)\.config$/, windowError],
  [/^request-termination\.config$/, terminationError],
];

/** Runs the rules for a place. */
export function checkByOwnRules(path: string, value: JsonValue, report: Report): void {
  for (const [place, rule] of RULES) {
    if (!place.test(path)) continue;
    const error = rule(value);
    if (error !== undefined) report(path, error);
  }
}

function text(rule: (value: string) => string | undefined): Rule {
  return (value) => (typeof value === 'string' ? rule(value) : undefined);
}

/** Letters of any script, digits and a few signs. */
const NAME = /^[\p{L}\p{N}._~-]+$/u;

function routePathError(path: string): string | undefined {
  if (path.startsWith('~')) {
    const pattern = path.slice(1);
    // The default router's regular expressions are those of Rust.
    if (/\(\?(?:[=!>]|<[=!])|\\[1-9]/.test(pattern))
      return 'look-around and back-references are not supported';
    return regexError(pattern);
  }
  return path === normalised(path)
    ? undefined
    : `non-normalized path, consider use '${normalised(path)}' instead`;
}

/** RFC 3986 section 6.2.2: escapes that need none are decoded, the others in upper case, dot segments resolved. */
function normalised(path: string): string {
  const decoded = path.replace(/%[0-9a-f]{2}/gi, (written) => {
    const char = String.fromCharCode(Number.parseInt(written.slice(1), 16));
    return /[A-Za-z0-9._~-]/.test(char) ? char : written.toUpperCase();
  });
  const kept: string[] = [];
  for (const segment of decoded.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
  }
  return kept.join('/') || '/';
}

function regexError(pattern: string): string | undefined {
  try {
    new RegExp(pattern);
    return undefined;
  } catch {
    return 'not a valid regex';
  }
}

function publicKeyError(key: string): string | undefined {
  try {
    createPublicKey(key);
    return undefined;
  } catch {
    return 'invalid key';
  }
}

function rangeError(range: string): string | undefined {
  const [address = '', bits, ...rest] = range.split('/');
  const most = isIP(address) === 4 ? 32 : 128;
  const fits = bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= most);
  return isIP(address) !== 0 && fits && rest.length === 0 ? undefined : 'invalid ip or cidr range';
}

const WINDOWS = ['second', 'minute', 'hour', 'day', 'month', 'year'];

function windowError(config: JsonValue): string | undefined {
  if (!isRecord(config)) return undefined;
  const limits = WINDOWS.map((name) => config[name]).filter((limit) => typeof limit === 'number');
  const falls = limits.some((limit, i) => limit < Math.max(...limits.slice(0, i)));
  if (falls) return 'the limit of a longer window cannot be lower';
  const rate = config.sync_rate;
  return typeof rate === 'number' && rate !== -1 && rate < 0.02
    ? 'sync_rate must be greater than 0.02'
    : undefined;
}

function terminationError(config: JsonValue): string | undefined {
  if (!isRecord(config) || config.message === undefined) return undefined;
  const raw = config.content_type ?? config.body;
  return raw === undefined ? undefined : 'message cannot be used with content_type or body';
}
