/** Plans, targets and models of admitted callers (contract I8, R3, R5, R7, R9, R10). */
import { decidePlan } from '../../src/model/caller';
import { explain } from '../../src/model/explain';
import { localShare } from '../../src/model/limits';
import { compareModelPatterns, matchesModel } from '../../src/model/model-pattern';
import { routeTable } from '../../src/model/route-table';
import { modelWith } from '../support/resolved';

const to = (service: string) => ({ service, port: 1 });
const model = modelWith({
  plans: { pro: {}, small: { models: ['gpt-4', 'claude-3*'], versions: ['v1'] } },
  tenants: { acme: { plan: 'pro' }, plain: {} },
  versions: { v1: {}, v2: { weightPercent: 0 }, v0: { weightPercent: 0, sunset: '2020-01-01' } },
  services: {
    agents: {
      backend: to('default'),
      models: {
        'claude-3*': to('claude'),
        'claude-3-opus*': to('opus'),
        'gpt-4': to('gpt'),
        'gpt-4*': to('gpts'),
        '*': to('any'),
      },
      versions: { v2: { backend: to('two') } },
    },
    tools: { path: '/tools', backend: to('tools'), versions: { v2: false } },
    split: {
      path: '/split',
      backend: to('none'),
      variants: {
        a: { weightPercent: 50, backend: to('a') },
        b: { weightPercent: 50, backend: { ...to('b'), path: '/' } },
      },
      versions: { v2: { backend: to('own') } },
    },
  },
});

function ask(path: string, more: object = {}) {
  return explain(model, {
    method: 'POST',
    path,
    caller: { subject: 'ada' },
    nowSeconds: Date.UTC(2026, 10, 24) / 1000,
    ...more,
  });
}

it.each([
  ['the key’s', { keyPlan: 'pro', tenant: 'acme', claimedPlan: 'small' }, 'pro', undefined],
  ['the tenant’s', { tenant: 'acme', claimedPlan: 'small' }, 'pro', undefined],
  ['the claimed one', { tenant: 'plain', claimedPlan: 'small' }, 'small', undefined],
  ['the default', { tenant: 'unknown' }, 'free', undefined],
  ['the default, for a claim that names none', { claimedPlan: 'gold' }, 'free', 'gold'],
  [
    'the default, for a claim that names what every object has',
    { claimedPlan: 'constructor' },
    'free',
    'constructor',
  ],
  [
    'the default, for a key whose plan is gone, though the tenant has one',
    { keyPlan: 'gone', tenant: 'acme' },
    'free',
    'gone',
  ],
  ['the looked-up one', { lookedUpPlan: 'small' }, 'small', undefined],
  [
    'the claimed one, whatever a look-up gave',
    { claimedPlan: 'small', lookedUpPlan: 'pro' },
    'small',
    undefined,
  ],
  ['the default, for a look-up that gave nothing', { lookedUpPlan: '' }, 'free', undefined],
  ['the default, for a look-up that gave none that there is', { lookedUpPlan: 'gold' }, 'free', 'gold'],
])('the plan is %s', (_what, caller, name, unknown) => {
  const decision = decidePlan(model, { subject: 'ada', ...caller });
  expect([decision.name, decision.unknown]).toEqual([name, unknown]);
});

it.each([
  ['gpt-4', 'gpt:1'],
  ['gpt-4-turbo', 'gpts:1'],
  ['GPT-4', 'any:1'],
  ['claude-3-haiku', 'claude:1'],
  ['claude-3-opus-1', 'opus:1'],
  ['claude-3', 'claude:1'],
  ['', 'any:1'],
  ['other', 'any:1'],
])('model %j goes to %s', (name, backend) => {
  expect(ask('/v1/agents', { body: { model: name } })).toMatchObject({ kind: 'forwarded', backend });
});

it('goes to the default without a body or a model', () => {
  expect(ask('/v1/agents')).toMatchObject({ backend: 'default:1' });
  expect(ask('/v1/agents', { body: {} })).toMatchObject({ backend: 'default:1' });
});

it('does not take a pattern for more than a prefix', () => {
  expect([
    matchesModel('a*', 'a'),
    matchesModel('a*', 'ba'),
    matchesModel('a', 'a*'),
    matchesModel('*', ''),
  ]).toEqual([true, false, false, true]);
  expect(['a*', 'b', 'ab*', 'a', '*'].sort(compareModelPatterns)).toEqual(['a', 'b', 'ab*', 'a*', '*']);
});

it('gives a version its own backend, and leaves a service out of one', () => {
  expect(ask('/v2/agents', { body: { model: 'gpt-4' } })).toMatchObject({ backend: 'two:1' });
  expect(ask('/v2/tools')).toEqual({ kind: 'refused', code: 'route_not_found' });
});

it('splits callers over variants, each to its own backend, unless the version has its own', () => {
  const seen = new Set<string>();
  for (let i = 0; i < 50; i++) {
    const answer = ask('/v1/split/x', { caller: { subject: `user-${i}` } });
    if (answer.kind !== 'forwarded') throw new Error(answer.code);
    expect([answer.backend, answer.backendPath]).toEqual(
      answer.variant === 'a' ? ['a:1', '/split/x'] : ['b:1/', '/x'],
    );
    seen.add(answer.variant ?? '');
  }
  expect([...seen].sort()).toEqual(['a', 'b']);
  expect(ask('/v2/split')).toMatchObject({ backend: 'own:1' });
});

it('refuses what the plan does not list, where it matters', () => {
  const small = { caller: { subject: 'ada', keyPlan: 'small' } };
  expect(ask('/v1/agents', { ...small, body: { model: 'gpt-4' } })).toMatchObject({
    kind: 'forwarded',
    plan: 'small',
  });
  expect(ask('/v1/agents', { ...small, body: { model: 'llama' } })).toMatchObject({
    code: 'model_not_allowed',
  });
  expect(ask('/v1/agents', { ...small, body: {} })).toMatchObject({ code: 'model_not_allowed' });
  expect(ask('/v1/agents', small)).toMatchObject({ kind: 'forwarded' });
  expect(ask('/v1/tools', { ...small, body: { model: 'llama' } })).toMatchObject({ kind: 'forwarded' });
  expect(ask('/v2/agents', small)).toMatchObject({ code: 'version_not_allowed' });
});

it('ends a version at its sunset', () => {
  expect(ask('/v0/tools')).toEqual({ kind: 'refused', code: 'version_sunset', version: 'v0' });
});

it('divides a plan among replicas so that they stay within it, but leaves each at least one', () => {
  const plan = {
    windows: [
      { name: 'minute', requests: 10 },
      { name: 'day', requests: 2 },
    ] as const,
    concurrentRequests: 7,
    onStoreOutage: 'local',
  } as const;
  expect(localShare(plan, 3)).toEqual({
    ...plan,
    windows: [
      { name: 'minute', requests: 3 },
      { name: 'day', requests: 1 },
    ],
    concurrentRequests: 2,
  });
});

it('lists every way through', () => {
  expect(routeTable(model).filter(({ service }) => service === 'split')).toEqual([
    { path: '/v0/split', service: 'split', version: 'v0', variant: 'a', backend: 'a:1' },
    { path: '/v0/split', service: 'split', version: 'v0', variant: 'b', backend: 'b:1/' },
    { path: '/v1/split', service: 'split', version: 'v1', variant: 'a', backend: 'a:1' },
    { path: '/v1/split', service: 'split', version: 'v1', variant: 'b', backend: 'b:1/' },
    { path: '/v2/split', service: 'split', version: 'v2', backend: 'own:1' },
  ]);
});

it('gives each backend its own fallbacks, in their order, at their own paths', () => {
  const chained = modelWith({
    services: {
      agents: {
        backend: { ...to('main'), fallbacks: [to('spare'), { url: 'https://api.example.com/v1' }] },
        models: { 'gpt-4': { ...to('gpt'), fallbacks: [to('main')] }, 'gpt-3': to('old') },
      },
    },
  });
  const fallbacksOf = (named?: string) => {
    const answer = explain(chained, {
      method: 'POST',
      path: '/agents',
      caller: { subject: 'ada' },
      nowSeconds: 0,
      body: named === undefined ? {} : { model: named },
    });
    return answer.kind === 'forwarded' ? [answer.backend, answer.fallbacks] : answer;
  };

  expect(fallbacksOf()).toEqual(['main:1', ['spare:1', 'api.example.com:443/v1']]);
  expect(fallbacksOf('gpt-4')).toEqual(['gpt:1', ['main:1']]);
  expect(fallbacksOf('gpt-3')).toEqual(['old:1', undefined]);
  expect(routeTable(chained)).toContainEqual({
    path: '/agents',
    service: 'agents',
    model: 'gpt-4',
    backend: 'gpt:1',
    fallbacks: ['main:1'],
  });
});

it('tells backends at one address apart that differ in what else is said', () => {
  const keyOf = (name: string) => ({
    url: 'https://api.example.com/v1',
    credential: { secret: { name, key: 'key' } },
  });
  const { backends } = modelWith({
    services: {
      agents: {
        backend: { ...keyOf('one'), service: null, port: null },
        models: { a: keyOf('two'), b: keyOf('one') },
      },
    },
  });

  expect(Object.keys(backends)).toHaveLength(2);
  expect(Object.keys(backends).sort()).toEqual(['api.example.com:443/v1', 'api.example.com:443/v1#2']);
});
