/** Header names and cross-origin decisions (contract I3, H1, H2). */
import { compileOrigins, corsHeaders, preflightHeaders } from '../../src/model/cors';
import { isIdentityHeader, saneRequestId } from '../../src/model/headers';
import { modelWith } from '../support/resolved';

it.each([
  'X-User-Id',
  'x-user-id',
  'X_User_Id',
  'X.User.Id',
  'x~user|id',
  'X-ORG-ID',
  'x_plan',
  'X-Api_Version',
  'X-Variant',
])('%s is read as an identity header by someone', (name) => expect(isIdentityHeader(name)).toBe(true));

it.each(['X-User', 'X-User-Id2', 'XUserId', 'X--User-Id', 'Authorization', 'X-Request-Id'])(
  '%s is not',
  (name) => {
    expect(isIdentityHeader(name)).toBe(false);
  },
);

it.each([
  ['3f2a9c01-6b1d-4a41-9c60-2f0c0a5f9a11', true],
  ['req:2026.11~24', true],
  ['short', false],
  ['x'.repeat(129), false],
  ['-starts-with-a-dash', false],
  ['with spaces in it', false],
  ['line\nbreak-here', false],
  [undefined, false],
])('request id %j is sane: %s', (value, sane) => {
  expect(saneRequestId(value)).toBe(sane ? value : undefined);
});

const { cors } = modelWith({
  cors: {
    origins: ['https://app.example.com'],
    originPatterns: ['https://[a-z]+\\.preview\\.example\\.com'],
    credentials: true,
    exposeHeaders: ['X-Cost'],
  },
});
if (cors === undefined) throw new Error('no CORS');

it.each([
  ['https://app.example.com', true],
  ['https://one.preview.example.com', true],
  ['http://app.example.com', false],
  ['https://app.example.com.evil.com', false],
  ['https://one.preview.example.com.evil.com', false],
  ['https://evil.com/https://one.preview.example.com', false],
  ['https://app.example.com:8443', false],
  ['null', false],
  ['', false],
])('origin %j is allowed: %s', (origin, allowed) => {
  expect(compileOrigins(cors)(origin)).toBe(allowed);
});

it('tells browsers what they may read and send', () => {
  expect(corsHeaders(cors, 'https://app.example.com')).toEqual({
    'access-control-allow-origin': 'https://app.example.com',
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers':
      'Deprecation, Link, RateLimit, RateLimit-Policy, Retry-After, Sunset, X-Api-Version, X-Cost, X-Request-Id',
  });
  expect(preflightHeaders(cors)).toEqual({
    'access-control-allow-methods': 'DELETE, GET, HEAD, PATCH, POST, PUT',
    'access-control-allow-headers': 'Authorization, Content-Type, X-API-Key',
    'access-control-max-age': '600',
  });
});

it('allows any origin by a star, and says so with a star', () => {
  const any = modelWith({ cors: { origins: ['*'] } }).cors;
  if (any === undefined) throw new Error('no CORS');
  expect(compileOrigins(any)('https://anything.example')).toBe(true);
  expect(corsHeaders(any, 'https://anything.example')['access-control-allow-origin']).toBe('*');
});
