/** The answer to what could not be read as a request, or as the rest of one: written to the bare connection. */
import { STATUS_CODES } from 'node:http';
import { ERRORS, type ErrorCode, problemBody } from './errors';

/** @param securityHeaders names and values in turn, for every answer (contract H3) */
export function bareAnswer(securityHeaders: readonly string[], code: ErrorCode, requestId: string): string {
  const body = problemBody(code, requestId);
  const { status } = ERRORS[code];
  const headers = [
    'x-request-id',
    requestId,
    ...securityHeaders,
    ...(code === 'method_not_allowed' ? ALLOW : []),
    'content-type',
    'application/problem+json',
    'content-length',
    String(body.length),
    'connection',
    'close',
  ];
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n`;
  for (let at = 0; at < headers.length; at += 2) text += `${headers[at]}: ${headers[at + 1]}\r\n`;
  return `${text}\r\n${body}`;
}

const ALLOW = ['allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'];
