/**
 * Every refusal and failure that a client can see: one table from the code to its HTTP status and public text.
 * The text says nothing of upstreams, stacks or secrets; what happened goes to the log under the same code.
 */
export interface ErrorKind {
  readonly status: number;
  readonly title: string;
  /** `error.type` for clients in the style of OpenAI's SDKs. */
  readonly type:
    | 'authentication_error'
    | 'permission_error'
    | 'invalid_request_error'
    | 'rate_limit_error'
    | 'api_error';
}

/** Codes are part of the contract; titles may change. */
export const ERRORS = {
  credential_missing: { status: 401, title: 'A credential is needed', type: 'authentication_error' },
  invalid_token: { status: 401, title: 'The credential is not valid', type: 'authentication_error' },
  identity_unavailable: { status: 503, title: 'Credentials cannot be checked right now', type: 'api_error' },
  version_not_allowed: {
    status: 403,
    title: 'The plan does not include this version',
    type: 'permission_error',
  },
  insufficient_scope: { status: 403, title: 'The credential lacks a scope', type: 'permission_error' },
  caller_not_allowed: {
    status: 403,
    title: 'The caller may not use this service',
    type: 'permission_error',
  },
  model_not_allowed: { status: 403, title: 'The plan does not include this model', type: 'permission_error' },
  path_invalid: { status: 400, title: 'The path is not plain', type: 'invalid_request_error' },
  body_invalid: { status: 400, title: 'The body is not JSON', type: 'invalid_request_error' },
  body_encoded: { status: 415, title: 'The body must not be compressed', type: 'invalid_request_error' },
  route_not_found: { status: 404, title: 'Nothing is served at this path', type: 'invalid_request_error' },
  method_not_allowed: { status: 405, title: 'The method is not allowed here', type: 'invalid_request_error' },
  version_sunset: { status: 410, title: 'This version has been retired', type: 'invalid_request_error' },
  body_too_large: { status: 413, title: 'The body is too large', type: 'invalid_request_error' },
  limit_exceeded: { status: 429, title: 'A limit of the plan is used up', type: 'rate_limit_error' },
  limits_unavailable: { status: 503, title: 'Limits cannot be checked right now', type: 'api_error' },
  request_invalid: { status: 400, title: 'The request is not valid HTTP', type: 'invalid_request_error' },
  request_timeout: {
    status: 408,
    title: 'The request did not arrive in time',
    type: 'invalid_request_error',
  },
  headers_too_large: {
    status: 431,
    title: 'The request headers are too large',
    type: 'invalid_request_error',
  },
  upgrade_invalid: {
    status: 400,
    title: 'Only WebSocket upgrades are supported',
    type: 'invalid_request_error',
  },
  overloaded: { status: 503, title: 'The gateway has no memory left for this', type: 'api_error' },
  backend_unreachable: { status: 502, title: 'The service cannot be reached', type: 'api_error' },
  backend_failed: { status: 502, title: 'The service broke off its answer', type: 'api_error' },
  backend_unavailable: { status: 503, title: 'The service is failing and gets a rest', type: 'api_error' },
  backend_timeout: { status: 504, title: 'The service did not answer in time', type: 'api_error' },
  draining: { status: 503, title: 'This replica is shutting down', type: 'api_error' },
  internal_error: { status: 500, title: 'The gateway failed', type: 'api_error' },
} as const satisfies Record<string, ErrorKind>;

/** `code` in problem bodies, the log and metrics. */
export type ErrorCode = keyof typeof ERRORS;

/** The body of a refusal or failure (RFC 9457), with `error` beside it for clients in the style of OpenAI's SDKs. */
export function problemBody(code: ErrorCode, requestId: string, detail?: string, extra: object = {}): string {
  const { status, title, type } = ERRORS[code];
  const message = detail === undefined ? title : `${title}: ${detail}`;
  return JSON.stringify({
    type: 'about:blank',
    title,
    status,
    ...(detail === undefined ? {} : { detail }),
    code,
    requestId,
    ...extra,
    error: { message, type, code },
  });
}
