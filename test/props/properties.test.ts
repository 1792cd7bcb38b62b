/** What holds for all props. */
import {
  anything,
  assert,
  constantFrom,
  dictionary,
  integer,
  property,
  string,
  tuple,
  uniqueArray,
} from 'fast-check';
import { compileRoutes, matchRoute } from '../../src/model/route';
import { formatProblems } from '../../src/resolve/problems';
import { resolveGateway } from '../../src/resolve/resolve-gateway';
import { FULL_PROPS } from '../support/full-props';
import { modelWith } from '../support/resolved';
import { changed, VALID_PROPS } from '../support/valid-props';

/** Lists of texts and numbers have no order that counts; the order of objects is the one in which they are tried. */
function shuffled(value: unknown, seed: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const rank = (index: number) => Math.imul(index + 1, seed | 1) >>> 0;
  if (Array.isArray(value)) {
    if (value.some((item) => typeof item === 'object')) return value.map((item) => shuffled(item, seed));
    return value
      .map((item, i) => [rank(i), shuffled(item, seed)] as const)
      .sort(([a], [b]) => a - b)
      .map(([, item]) => item);
  }
  const entries = Object.entries(value).map(
    ([key, member], i) => [rank(i), key, shuffled(member, seed)] as const,
  );
  return Object.fromEntries(entries.sort(([a], [b]) => a - b).map(([, key, member]) => [key, member]));
}

it.each(Object.entries(FULL_PROPS))('the order of props never matters: %s', (_name, props) => {
  const whole = JSON.stringify(resolveGateway(props));
  assert(
    property(integer(), (seed) => {
      expect(JSON.stringify(resolveGateway(shuffled(props, seed)))).toBe(whole);
    }),
  );
});

it.each(Object.entries(FULL_PROPS))('the document read back is the model: %s', (_name, props) => {
  const result = resolveGateway(props);
  if (result.kind === 'problems') throw new Error(formatProblems(result.problems));
  expect(JSON.parse(JSON.stringify(result.gateway))).toStrictEqual(result.gateway);
  expect(JSON.parse(JSON.stringify(result.deployment))).toStrictEqual(result.deployment);
});

it('answers anything at all with a model or with problems', () => {
  const hostile = anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withNullPrototype: true,
    withObjectString: true,
    withTypedArray: true,
  });
  assert(
    property(hostile, (value) => {
      const result = resolveGateway(value);
      expect(result.kind).toBe('problems');
    }),
    { numRuns: 500 },
  );
});

const thrower = {
  get hosts(): never {
    throw new Error('no');
  },
};
const cyclic: Record<string, unknown> = { ...VALID_PROPS };
cyclic.services = cyclic;
const revoked = Proxy.revocable({}, {});
revoked.revoke();
const revokedList = Proxy.revocable([], {});
revokedList.revoke();

it.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['a getter that throws', thrower],
  ['a cycle', cyclic],
  ['a revoked proxy', revoked.proxy],
  ['a revoked list', { ...VALID_PROPS, hosts: revokedList.proxy }],
  ['a symbol', { ...VALID_PROPS, hosts: [Symbol('a')] }],
  ['a function', () => VALID_PROPS],
  ['a list of holes', { ...VALID_PROPS, hosts: new Array(3) }],
  ['a date of YAML', { ...VALID_PROPS, versions: { v1: { sunset: new Date() } } }],
  ['a number that is none', { ...VALID_PROPS, bodyLimitBytes: Number.NaN }],
  ['a BigInt', { ...VALID_PROPS, bodyLimitBytes: 5n }],
  [
    'a toJSON that throws',
    {
      ...VALID_PROPS,
      cors: {
        toJSON: () => {
          throw new Error('no');
        },
      },
    },
  ],
  [
    'names that every object has',
    JSON.parse('{"__proto__": {}, "constructor": {}, "plans": {"__proto__": {}}}'),
  ],
])('answers %s with problems that can be written down', (_what, value) => {
  const result = resolveGateway(value);
  if (result.kind !== 'problems') throw new Error('resolved');
  expect(formatProblems(result.problems).length).toBeGreaterThan(20);
});

it('answers good props with a bad value anywhere with problems there, never with a TypeError', () => {
  const place = constantFrom(...Object.keys(Object.values(FULL_PROPS)[0] as object));
  assert(
    property(place, anything({ withMap: true, withDate: true }), (key, value) => {
      const result = resolveGateway({ ...Object.values(FULL_PROPS)[0], [key]: value });
      if (result.kind === 'resolved') return;
      expect(result.problems.length).toBeGreaterThan(0);
      expect(result.problems.every(({ path, fix }) => typeof path === 'string' && fix !== '')).toBe(true);
    }),
    { numRuns: 300 },
  );
});

it('never shows what stands where a reference to a secret belongs', () => {
  const secret = string({ minLength: 12, maxLength: 40, unit: 'grapheme-ascii' }).map(
    (text) => `s3cret-${text}`,
  );
  const places = constantFrom(
    (value: string) => ({ redis: { external: { urlSecret: value } } }),
    (value: string) => ({ redis: { managed: { passwordSecret: value } } }),
    (value: string) => ({ auth: { apiKeys: { secret: value } } }),
    (value: string) => ({
      auth: {
        jwt: {
          issuer: 'i',
          audience: 'a',
          jwksUrl: `https://user:${encodeURIComponent(value)}@id.example.com/`,
        },
      },
    }),
  );
  assert(
    property(places, secret, (put, value) => {
      const result = resolveGateway(changed(VALID_PROPS, put(value)));
      if (result.kind !== 'problems') throw new Error('resolved');
      expect(formatProblems(result.problems)).not.toContain('s3cret');
    }),
  );
});

const segment = constantFrom('a', 'b', 'ab', 'a-b', 'a.b', 'A');
const servicePath = uniqueArray(segment, { minLength: 1, maxLength: 3 }).map(
  (segments) => `/${segments.join('/')}`,
);

it('no request matches two routes: the longest path on whole segments wins, and mutations of it win nothing else', () => {
  const paths = uniqueArray(servicePath, { minLength: 1, maxLength: 6 });
  const request = tuple(servicePath, constantFrom('', '/', '/x', '/x/y'));
  assert(
    property(paths, request, (services, [base, rest]) => {
      const model = modelWith({
        services: {
          agents: null,
          ...Object.fromEntries(
            services.map((path, i) => [`s${i}`, { path, backend: { service: 'a', port: 1 } }]),
          ),
        },
      });
      const routes = compileRoutes(model);
      const asked = base + rest;
      const fitting = services.filter((path) => asked === path || asked.startsWith(`${path}/`));
      const longest = fitting.sort((a, b) => b.length - a.length)[0];
      const match = matchRoute(routes, 'GET', asked);
      expect(match.kind === 'route' ? match.service.path : undefined).toBe(longest);
      for (const mutated of [
        `/${asked}`,
        asked.replace('/', '/./'),
        asked.replace(/\/(?=.)/, '%2F'),
        asked.toUpperCase(),
        `${asked}/..`,
        asked.replace('a', '%61'),
      ]) {
        const reached = matchRoute(routes, 'GET', mutated);
        if (mutated !== asked && reached.kind === 'route') expect(services).toContain(reached.service.path);
        if (mutated.includes('/../') || mutated.endsWith('/..'))
          expect(reached).toMatchObject({ code: 'path_invalid' });
      }
    }),
  );
});

it('takes names of every kind for tenants, and gives them back', () => {
  assert(
    property(
      dictionary(
        string({ minLength: 1, maxLength: 30 }).filter((name) => !/\p{Cc}/u.test(name)),
        constantFrom({ plan: 'free' }),
      ),
      (tenants) => {
        expect(Object.keys(modelWith({ tenants }).tenants).sort()).toEqual(Object.keys(tenants).sort());
      },
    ),
  );
});
