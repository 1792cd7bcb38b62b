import { rateLimitHeaders } from '../../../src/router/limits/rate-limit-headers';
import { plan } from '../../support/limit-stores';

const minute = { name: 'minute', limit: 60, remaining: 59, resetSeconds: 60 } as const;
const day = { name: 'day', limit: 5_000, remaining: 4_999, resetSeconds: 41_210 } as const;

it('tells policy and state of every limit', () => {
  const limits = plan({ minute: 60, day: 5_000 }, 40);
  expect(rateLimitHeaders(limits, { windows: [minute, day], degraded: false })).toEqual([
    'ratelimit-policy',
    '"minute";q=60;w=60, "day";q=5000;w=86400, "concurrency";q=40;qu="concurrent-requests"',
    'ratelimit',
    '"minute";r=59;t=60, "day";r=4999;t=41210',
  ]);
});

it('tells the policy alone when nobody knows the state', () => {
  expect(rateLimitHeaders(plan({ minute: 60 }), { windows: [], degraded: true })).toEqual([
    'ratelimit-policy',
    '"minute";q=60;w=60',
  ]);
});

it('says nothing of a plan without limits', () => {
  expect(rateLimitHeaders(plan({}), { windows: [], degraded: false })).toEqual([]);
});
