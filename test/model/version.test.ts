/** Versions of callers, and what their life tells clients (contract R1, R2, R6). */
import { decideVersion, isSunset, versionHeaders } from '../../src/model/version';
import { modelWith } from '../support/resolved';

const model = modelWith({
  versions: { v1: {}, v2: { weightPercent: 10 } },
  tenants: { acme: { version: 'v1' }, open: { plan: 'free' } },
});
const caller = { subject: 'ada' };

it.each([
  ['the path', 'v2', { subject: 'ada', tenant: 'acme' }, { name: 'v2', reason: 'path' }],
  ['the pin of the tenant', undefined, { subject: 'ada', tenant: 'acme' }, { name: 'v1', reason: 'tenant' }],
  ['the split', undefined, caller, { name: expect.stringMatching(/^v[12]$/), reason: 'split' }],
  [
    'the split, for a tenant without a pin',
    undefined,
    { subject: 'ada', tenant: 'open' },
    { name: expect.any(String), reason: 'split' },
  ],
  [
    'the split, for a tenant that is not listed',
    undefined,
    { subject: 'ada', tenant: 'constructor' },
    { name: expect.any(String), reason: 'split' },
  ],
])('takes the version from %s', (_what, pathVersion, who, decision) => {
  expect(decideVersion(model, pathVersion, who)).toEqual(decision);
});

it('takes the default version where nothing else says one', () => {
  expect(
    decideVersion(modelWith({ versions: { v1: {}, v2: { weightPercent: 0 } } }), undefined, caller),
  ).toEqual({ name: 'v1', reason: 'default' });
  expect(decideVersion(modelWith(), undefined, caller)).toEqual({ name: '', reason: 'default' });
});

it('keeps the callers of a tenant together', () => {
  const versions = Array.from(
    { length: 50 },
    (_, i) => decideVersion(model, undefined, { subject: `user-${i}`, tenant: 'globex' }).name,
  );
  expect(new Set(versions).size).toBe(1);
});

function versionsAt(weightPercent: number): string[] {
  const split = modelWith({ versions: { v1: {}, v2: { weightPercent } } });
  return Array.from(
    { length: 20_000 },
    (_, i) => decideVersion(split, undefined, { subject: `user-${i}` }).name,
  );
}

it('gives a weight its share of the callers', () => {
  const share = (versionsAt(10).filter((name) => name === 'v2').length / 20_000) * 100;
  expect(share).toBeGreaterThan(9);
  expect(share).toBeLessThan(11);
});

it('moves no caller back when a weight goes up', () => {
  const [before, after] = [versionsAt(10), versionsAt(20)];
  expect(before.filter((name, i) => name === 'v2' && after[i] !== 'v2')).toEqual([]);
  expect(after.filter((name, i) => name === 'v2' && before[i] !== 'v2').length).toBeGreaterThan(1_800);
});

it('ends a version at its sunset, not before', () => {
  const life = modelWith({ versions: { v1: { sunset: '2027-03-31' } } }).versions.v1 as never;
  const midnight = Date.UTC(2027, 2, 31) / 1000;
  expect([isSunset(life, midnight - 1), isSunset(life, midnight)]).toEqual([false, true]);
});

it('tells of deprecation, sunset and successor as RFC 9745 and RFC 8594 have it', () => {
  const { versions } = modelWith({
    versions: { v1: { deprecated: '2026-09-30', sunset: '2027-03-31T12:00:00Z' }, v2: {} },
    defaultVersion: 'v2',
  });
  expect(versionHeaders(versions.v1 as never, '/v2/agents')).toEqual([
    'deprecation',
    '@1790726400',
    'sunset',
    'Wed, 31 Mar 2027 12:00:00 GMT',
    'link',
    '</v2/agents>; rel="successor-version"',
  ]);
  expect(versionHeaders(versions.v2 as never, '/v3/agents')).toEqual([]);
});
