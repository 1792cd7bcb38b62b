/** Shapes of single values: texts of a known form, numbers in a range, words of a list. */
import type { ProblemCode } from '../model/problem';
import { listWords, suggest } from './nearest';
import { type Place, SECRET } from './problems';
import type { Shape } from './shape';

/** A text of any form, not empty, without control characters. */
export const text = (most = 512): Shape<string> =>
  checked('AGW_TYPE', `a text of 1 to ${most} characters`, 'give such a text', (value) => {
    return value.length > 0 && value.length <= most && !/\p{Cc}/u.test(value);
  });

/** `true` or `false`; no word that means one of them. */
export const truth: Shape<boolean> = (value, at) => {
  if (typeof value === 'boolean') return value;
  at.report('AGW_TYPE', value, 'true or false', 'write true or false, without quotes');
  return undefined;
};

/** A whole number, bounds included. */
export function integer(least: number, most: number): Shape<number> {
  return numberWhere(`a whole number from ${least} to ${most}`, least, most, Number.isInteger);
}

/** A share; parts of a percent are allowed. */
export const percent: Shape<number> = numberWhere('a number from 0 to 100', 0, 100, Number.isFinite);

/** A number, bounds included; parts of one are allowed. */
export function numberFrom(least: number, most: number): Shape<number> {
  return numberWhere(`a number from ${least} to ${most}`, least, most, Number.isFinite);
}

function numberWhere(
  expected: string,
  least: number,
  most: number,
  fits: (value: number) => boolean,
): Shape<number> {
  return (value, at) => {
    if (typeof value !== 'number') {
      at.report('AGW_TYPE', value, expected, 'write it as a number, without quotes');
    } else if (!fits(value) || value < least || value > most) {
      at.report('AGW_NUMBER_RANGE', value, expected, 'choose a number of this range');
    } else {
      return value;
    }
    return undefined;
  };
}

/** One of a few words; a near miss is named in the fix. */
export function word<const W extends string>(words: readonly W[]): Shape<W> {
  return (value, at) => {
    if (words.includes(value as W)) return value as W & string as never;
    const fix = typeof value === 'string' ? suggest(value, words) : `use one of ${listWords(words)}`;
    at.report('AGW_ENUM', value, listWords(words, 'or'), fix);
    return undefined;
  };
}

/** Name of a Service, a namespace, a plan …: an RFC 1123 label. */
export const label = (most = 63): Shape<string> =>
  checked(
    'AGW_NAME',
    `a lower-case RFC 1123 label of at most ${most} characters`,
    'use lower-case letters, digits and dashes, with a letter or digit at both ends',
    (value) => value.length <= most && LABEL.test(value),
  );

/** Name of a Secret, a StorageClass or a version: RFC 1123 labels with dots between them. */
export const dottedName: Shape<string> = checked(
  'AGW_NAME',
  'lower-case RFC 1123 labels of at most 63 characters, with dots between them',
  'use lower-case letters, digits, dashes and dots, with a letter or digit at both ends',
  (value) => value.length <= 253 && value.split('.').every((part) => part.length <= 63 && LABEL.test(part)),
);

/** Key in a Secret's data (Kubernetes API, "Secret"). */
export const secretKey: Shape<string> = checked(
  'AGW_NAME',
  'a key of a Secret: letters, digits, -, _ and .',
  'name the key as it stands in the Secret',
  (value) => value.length <= 253 && /^[-._A-Za-z0-9]+$/.test(value) && !/^\.{1,2}/.test(value),
);

/** What keys in Redis may begin with; braces would name a hash slot. */
export const redisKeyPrefix: Shape<string> = checked(
  'AGW_TYPE',
  'a text of 1 to 64 letters, digits and :._-/',
  'give such a text',
  (value) => /^[A-Za-z0-9:._/-]{1,64}$/.test(value),
);

/** Name of a label of a Kubernetes object, with or without a prefix (Kubernetes API, "Labels and Selectors"). */
export const labelName: Shape<string> = checked(
  'AGW_NAME',
  "a label's name such as app or app.kubernetes.io/name",
  'name the label as it stands at the pods',
  (value) => /^([a-z0-9.-]{1,253}\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(value),
);

/** Value of a label. */
export const labelValue: Shape<string> = checked(
  'AGW_NAME',
  "a label's value: letters, digits, -, _ and ., at most 63",
  'give the value as it stands at the pods',
  (value) => /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(value),
);

/** A DNS name; a wildcard is none. */
export const host: Shape<string> = checked(
  'AGW_HOST',
  'a DNS name such as "api.example.com"',
  'give the name alone, without scheme, port or wildcard, in ASCII (xn-- for others)',
  isDnsName,
);

/** Labels with dots between them, in any case. */
export function isDnsName(value: string): boolean {
  const labels = value.toLowerCase().split('.');
  return value.length <= 253 && labels.every((part) => part.length <= 63 && LABEL.test(part));
}

/** `/`, or `/a/b` of unreserved characters (RFC 3986, 2.3) without dot segments. */
export const path: Shape<string> = checked(
  'AGW_PATH',
  'a path such as "/agents": segments of letters, digits, -, ., _ and ~',
  'begin with one slash, end without one, and leave out empty and dot segments',
  (value) => value === '/' || /^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._~-]+)+$/.test(value),
);

/** A method that a service can take. `CONNECT` and `TRACE` are for proxies themselves. */
export const method: Shape<string> = checked(
  'AGW_METHOD',
  listWords(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY'], 'or'),
  'write the method in upper case',
  (value) => /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|QUERY)$/.test(value),
);

/** A header's name; `*` would be every header, which is never meant here. */
export const headerName: Shape<string> = checked(
  'AGW_HEADER',
  'a header name (RFC 9110 token)',
  'use letters, digits and dashes',
  (value) => /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/.test(value) && value !== '*',
);

/** A header's value: visible ASCII with blanks between. It is never shown, as users put credentials there. */
export const headerValue: Shape<string> = (value, at) => {
  if (typeof value === 'string' && /^[\x21-\x7e]([\t\x20-\x7e]{0,4094}[\x21-\x7e])?$/.test(value))
    return value;
  const expected = 'a text of 1 to 4096 ASCII characters, without blanks around it';
  if (typeof value === 'string') at.report('AGW_HEADER_VALUE', SECRET, expected, 'give such a text');
  else at.report('AGW_TYPE', value, expected, 'write it as a text');
  return undefined;
};

/** `temperature`, or `options.temperature` inside of objects. */
export const jsonPath: Shape<string> = checked(
  'AGW_JSON_PATH',
  'a path of a JSON field such as "options.temperature"',
  'give the names of the fields with dots between them',
  (value) => value.length <= 512 && value.split('.').every((name) => name !== ''),
);

/** Name of a JSON field, by itself. */
export const jsonName: Shape<string> = checked(
  'AGW_JSON_PATH',
  'the name of a JSON field, without dots, as it stays in its object',
  'give the new name alone',
  (value) => value.length <= 256 && value !== '' && !value.includes('.'),
);

/** A text, a number, `true` or `false`. */
export const scalar: Shape<string | number | boolean> = (value, at) => {
  if (typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) {
    return value as string | number | boolean;
  }
  at.report('AGW_TYPE', value, 'a text, a number, true or false', 'name the fields of an object one by one');
  return undefined;
};

/** Claim names and entry points: anything visible. */
export const visible: Shape<string> = checked(
  'AGW_TYPE',
  'a text without spaces',
  'give such a text',
  (value) => /^[\x21-\x7e]{1,256}$/.test(value),
);

/** A scope (RFC 6749 section 3.3). */
export const scope: Shape<string> = checked(
  'AGW_TYPE',
  'a scope: visible characters, without quotes and backslashes',
  'write each scope as an entry of its own',
  (value) => /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/.test(value),
);

/** What `matchesModel` understands. */
export const modelPattern: Shape<string> = checked(
  'AGW_MODEL_PATTERN',
  'a model name, or a prefix with one * at its end',
  'leave the * at the end alone, or name the models one by one',
  (value) => /^[^*\p{Cc}]*\*?$/u.test(value) && value.length > 0 && value.length <= 256,
);

/** A public key in PEM form (RFC 7468); a private one is a secret and is never shown. */
export const publicKeyPem: Shape<string> = (value, at) => {
  if (typeof value === 'string' && PUBLIC_KEY.test(value)) return value;
  const got = typeof value === 'string' ? SECRET : value;
  at.report('AGW_PEM', got, 'a text with BEGIN PUBLIC KEY and END PUBLIC KEY', 'give the public key, as PEM');
  return undefined;
};

const PUBLIC_KEY = /^\s*-----BEGIN PUBLIC KEY-----\s[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----\s*$/;

/** `10.0.0.0/8`, `2001:db8::/32`, or a single address. */
export const cidr: Shape<string> = checked(
  'AGW_CIDR',
  'an address or a range such as "10.0.0.0/8"',
  'give an IPv4 or IPv6 address, and the length of the prefix for a range',
  isCidr,
);

function isCidr(value: string): boolean {
  const [address = '', bits, ...rest] = value.split('/');
  const four =
    /^(\d{1,3}\.){3}\d{1,3}$/.test(address) && address.split('.').every((part) => Number(part) < 256);
  const six = /^[0-9a-f:]*:[0-9a-f:]*$/i.test(address) && URL.canParse(`http://[${address}]/`);
  const most = four ? 32 : 128;
  return (
    (four || six) &&
    rest.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))
  );
}

/** A container image, with or without registry, tag and digest. */
export const image: Shape<string> = checked(
  'AGW_IMAGE',
  'an image reference such as "registry.example.com/team/image:1.2.3"',
  'give registry, name and tag or digest',
  (value) =>
    value.length <= 512 &&
    /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*(:[\w][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/.test(
      value,
    ),
);

/** Reports under `code` every value that is no text or does not pass. */
export function checked(
  code: ProblemCode,
  expected: string,
  fix: string,
  passes: (value: string) => boolean,
): Shape<string> {
  return (value, at: Place) => {
    if (typeof value === 'string' && passes(value)) return value;
    if (typeof value === 'string' && CREDENTIALS_IN_URL.test(value)) at.report(code, SECRET, expected, fix);
    else at.report(typeof value === 'string' ? code : 'AGW_TYPE', value, expected, fix);
    return undefined;
  };
}

const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const CREDENTIALS_IN_URL = /:\/\/[^/]*@/;
