/** What two gateways side by side owe each other: each takes its own callers, at its own path, and counts them by itself. */
import assert from 'node:assert/strict';
import { send } from '../conformance/client';
import type { Target } from '../conformance/target';
import { until } from '../support/api-server';
import { NEIGHBOUR, NEIGHBOURS } from './configurations';

/** Asks both. @throws when one of them answers as the other would */
export async function checkNeighbour(target: Target): Promise<void> {
  const beside: Target = { ...target, baseUrl: new URL(NEIGHBOUR.basePath ?? '', target.baseUrl) };
  const own = await tokenFor(target, {});
  const theirs = await tokenFor(target, { aud: NEIGHBOURS });
  const statuses = async (at: Target, authorization: string, count = 1) => {
    const all: number[] = [];
    for (let i = 0; i < count; i++) {
      all.push((await send(at, '/v2/plain', { headers: { authorization } })).status);
    }
    return all;
  };
  // Its endpoints come to Traefik a moment after its routes.
  await until(async () => (await send(beside, '/v2/plain', {})).status === 401);
  assert.deepEqual(await statuses(beside, own), [401]);
  assert.deepEqual(await statuses(target, theirs), [401]);
  assert.deepEqual(await statuses(target, own, 6), [200, 200, 200, 200, 200, 429]);
  assert.deepEqual(await statuses(beside, theirs, 6), [200, 200, 200, 200, 200, 429]);
}

async function tokenFor({ issuer }: Target, claims: Readonly<Record<string, unknown>>): Promise<string> {
  return `Bearer ${await issuer.sign({ sub: 'of-both', plan: 'small', ...claims })}`;
}
