/**
 * Reads the head of a client's request (RFC 9112 sections 2 to 6). What two servers could read in two ways is not read at
 * all: a line end that is not whole, a folded header, a length beside chunks, two lengths.
 */
import { METHODS } from 'node:http';
import { InvalidMessageError } from './chunked-body';
import { endOfLine, HEAD_TEXT, LENGTH, TOKEN, withoutBlanks } from './head-text';
import { memoByName } from './name-memo';

/** The headers that the router itself reads. What stands beside a name: how several of that name become one value. */
const FIELDS = {
  authorization: 'first',
  'content-length': 'once',
  'content-type': 'first',
  host: 'once',
  'user-agent': 'first',
  'access-control-request-method': 'list',
  connection: 'list',
  'content-encoding': 'list',
  expect: 'list',
  origin: 'list',
  traceparent: 'list',
  tracestate: 'list',
  'transfer-encoding': 'list',
  upgrade: 'list',
  'x-api-key': 'list',
  'x-forwarded-proto': 'list',
  'x-forwarded-uri': 'list',
  'x-request-id': 'list',
} as const;

type Field = keyof typeof FIELDS;

/** Values by name, in Latin-1 and without blanks around them. */
export type RequestHeaders = Record<Field, string | undefined>;

/** What the head of a request says. */
export interface RequestHead {
  readonly method: string;
  /** As it was sent; of an edge that asks for leave, the one that it asks about. */
  target: string;
  readonly isHttp11: boolean;
  /** Names and values in turn, as they were written. */
  readonly rawHeaders: string[];
  readonly headers: RequestHeaders;
  readonly chunked: boolean;
  /** Bytes of a body that is not chunked; 0 when there is none. */
  readonly contentLength: number;
  /** Whether the client may send another request on the connection. */
  readonly persistent: boolean;
  /** Whether it asks for another protocol. */
  readonly upgrade: boolean;
  /** Whether it waits for `100 Continue` before it sends its body. */
  readonly waits: boolean;
}

const KNOWN_METHODS: ReadonlySet<string> = new Set(METHODS);
/** Of `CONNECT` alone. */
const AUTHORITY = /^[\x21-\x7e]+$/;
/** It begins with a slash, an asterisk or a scheme (RFC 9112 section 3.2). */
const TARGET = /^(?:[/*]|[A-Za-z]+:\/\/)[\x21-\x7e]*$/;
const CLOSE = /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i;
const KEEP_ALIVE = /(?:^|,)[ \t]*keep-alive[ \t]*(?:,|$)/i;
const UPGRADE = /(?:^|,)[ \t]*upgrade[ \t]*(?:,|$)/i;
const CONTINUE = /^100-continue$/i;

/** What a header means to whoever reads it. */
export const fieldOf = memoByName((name): Field | 'other' | 'invalid' => {
  if (!TOKEN.test(name)) return 'invalid';
  return Object.hasOwn(FIELDS, name) ? (name as Field) : 'other';
});

/**
 * Whether bytes can become a request: what is no HTTP need not be waited for.
 *
 * @param text the beginning of a head that has not arrived whole
 */
export function mayBecomeHead(text: string): boolean {
  // Half an empty line, which may come before a request.
  if (text === '\r') return true;
  const space = text.indexOf(' ');
  if (space === -1) return METHODS.some((method) => method.startsWith(text));
  return KNOWN_METHODS.has(text.slice(0, space));
}

/**
 * @param text the head in Latin-1, without the empty line at its end
 * @throws InvalidMessageError
 */
export function readRequestHead(text: string): RequestHead {
  if (!HEAD_TEXT.test(text)) throw new InvalidMessageError('the head has bytes that may not be there');
  const lineEnd = endOfLine(text, 0);
  const methodEnd = text.indexOf(' ');
  const targetEnd = text.lastIndexOf(' ', lineEnd - 1);
  if (methodEnd === -1 || methodEnd >= targetEnd) {
    throw new InvalidMessageError('the first line is no request');
  }
  const method = text.slice(0, methodEnd);
  if (!KNOWN_METHODS.has(method)) throw new InvalidMessageError('the method is not known');
  const target = text.slice(methodEnd + 1, targetEnd);
  if (!(method === 'CONNECT' ? AUTHORITY : TARGET).test(target)) {
    throw new InvalidMessageError('the target is none that a server has');
  }
  const version = text.slice(targetEnd + 1, lineEnd);
  if (version !== 'HTTP/1.1' && version !== 'HTTP/1.0') {
    throw new InvalidMessageError('the version of HTTP is neither 1.0 nor 1.1');
  }
  const rawHeaders: string[] = [];
  const headers = readHeaders(text, lineEnd + 2, rawHeaders);
  return headOf(method, target, version === 'HTTP/1.1', rawHeaders, headers);
}

/** @param into gets names and values in turn */
function readHeaders(text: string, from: number, into: string[]): RequestHeaders {
  const headers = noHeaders();
  for (let at = from, end: number; at < text.length; at = end + 2) {
    end = endOfLine(text, at);
    const colon = text.indexOf(':', at);
    if (colon === -1 || colon >= end) throw new InvalidMessageError('a header line has no colon');
    const name = text.slice(at, colon);
    const field = fieldOf(name);
    if (field === 'invalid') throw new InvalidMessageError('a header name is not a token');
    const value = withoutBlanks(text, colon + 1, end);
    if (field !== 'other') addValue(headers, field, value);
    // Blanks that servers do not agree on, where they must agree.
    if (framesBody(field) && text.slice(colon, end).includes('\t')) {
      throw new InvalidMessageError('a tab stands beside what says where the body ends');
    }
    into.push(name, value);
  }
  return headers;
}

function framesBody(field: Field | 'other'): boolean {
  return field === 'content-length' || field === 'transfer-encoding';
}

function addValue(headers: RequestHeaders, field: Field, value: string): void {
  const before = headers[field];
  if (before === undefined) headers[field] = value;
  else if (FIELDS[field] === 'list') headers[field] = `${before}, ${value}`;
  else if (FIELDS[field] === 'once') {
    throw new InvalidMessageError(
      `two headers say ${field === 'host' ? 'who is asked' : 'where the body ends'}`,
    );
  }
}

function headOf(
  method: string,
  target: string,
  isHttp11: boolean,
  rawHeaders: string[],
  headers: RequestHeaders,
): RequestHead {
  const { connection, expect, upgrade } = headers;
  const length = headers['content-length'];
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && (length !== undefined || !isHttp11 || coding.toLowerCase() !== 'chunked')) {
    throw new InvalidMessageError('the framing of the body is not clear');
  }
  if (length !== undefined && !LENGTH.test(length))
    throw new InvalidMessageError('the length is not a number');
  // Member by member: these objects are made for every request, and all have one shape.
  return {
    method,
    target,
    isHttp11,
    rawHeaders,
    headers,
    chunked: coding !== undefined,
    contentLength: length === undefined ? 0 : Number(length),
    persistent: isPersistent(connection, isHttp11),
    upgrade: upgrade !== undefined && connection !== undefined && UPGRADE.test(connection),
    waits: expect !== undefined && isHttp11 && CONTINUE.test(expect),
  };
}

function isPersistent(connection: string | undefined, isHttp11: boolean): boolean {
  if (connection === undefined) return isHttp11;
  return isHttp11 ? !CLOSE.test(connection) : KEEP_ALIVE.test(connection);
}

function noHeaders(): RequestHeaders {
  return {
    authorization: undefined,
    'content-length': undefined,
    'content-type': undefined,
    host: undefined,
    'user-agent': undefined,
    'access-control-request-method': undefined,
    connection: undefined,
    'content-encoding': undefined,
    expect: undefined,
    origin: undefined,
    traceparent: undefined,
    tracestate: undefined,
    'transfer-encoding': undefined,
    upgrade: undefined,
    'x-api-key': undefined,
    'x-forwarded-proto': undefined,
    'x-forwarded-uri': undefined,
    'x-request-id': undefined,
  };
}
