import { assert, property, string } from 'fast-check';
import { claimOf, isName } from '../../../src/router/identity/claims';
import { limitKeyOf, presented } from '../../../src/router/identity/credentials';

it('counts two callers apart, however their names are put together', () => {
  expect(limitKeyOf('i', 'a', 'bc')).not.toBe(limitKeyOf('i', 'ab', 'c'));
  expect(limitKeyOf('i', undefined, 'a')).not.toBe(limitKeyOf('i', 'a', ''));
  assert(
    property(string(), string(), string(), string(), (a, b, c, d) => {
      expect(limitKeyOf('i', a, b) === limitKeyOf('i', c, d)).toBe(a === c && b === d);
    }),
  );
});

it('gives keys that are safe in Redis and say nothing of the caller', () => {
  expect(limitKeyOf('https://id.example.com/', 'acme', 'ada@example.com')).toMatch(/^[\w-]{22}$/);
});

it.each([
  ['a.b.c', 'token'],
  ['abc', 'key'],
  ['a.b', 'key'],
  ['a.b.c.d', 'key'],
  ['a.b.', 'token'],
  ['.b.c', 'key'],
  ['a..c', 'key'],
  ['a.b/c.d', 'key'],
  ['a.b.c=', 'key'],
])('takes %s for a %s', (value, kind) => {
  expect(presented({ authorization: `Bearer ${value}` })).toEqual({ kind, value });
});

it.each([
  ['sub', 'ada'],
  ['https://example.com/tenant', 'acme'],
  ['app.plan', 'pro'],
  ['app.plan.more', undefined],
  ['constructor', undefined],
  ['app.constructor.name', undefined],
  ['app.toString', undefined],
  ['missing', undefined],
])('finds claim %s', (name, value) => {
  const claims = { sub: 'ada', 'https://example.com/tenant': 'acme', app: { plan: 'pro' } };
  expect(claimOf(claims, name)).toBe(value);
});

it.each([
  ['ada', true],
  ['auth0|5f7c', true],
  ['Ada Lovelace', true],
  ['a', true],
  ['a'.repeat(256), true],
  ['a'.repeat(257), false],
  ['', false],
  [' ada', false],
  ['ada ', false],
  ['ada\n', false],
  ['a\0da', false],
  ['ad\u00e1', false],
  [7, false],
  [null, false],
])('takes %j for a name: %s', (value, name) => {
  expect(isName(value)).toBe(name);
});

it('reads headers of 16,384 characters and no longer ones', () => {
  const most = 'x'.repeat(16_384);
  const tooLong = { kind: 'invalid', reason: 'the credential is too long' };

  expect(presented({ apiKey: most })).toEqual({ kind: 'key', value: most });
  expect(presented({ apiKey: `${most}x` })).toEqual(tooLong);
  expect(presented({ authorization: `Bearer ${most}`.slice(0, 16_384) })).toMatchObject({ kind: 'key' });
  expect(presented({ authorization: `Bearer ${most}` })).toEqual(tooLong);
  expect(presented({ authorization: `Bearer ${most}`, apiKey: 'k' })).toEqual(tooLong);
});
