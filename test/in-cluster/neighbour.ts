/** What two gateways side by side owe each other: each takes its own callers, at its own path, and counts them by itself. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { send } from '../conformance/client';
import type { Target } from '../conformance/target';
import { until } from '../support/api-server';
import { NEIGHBOUR, NEIGHBOURS } from './configurations';

/** Asks both. @throws when one of them answers as the other would */
export async function checkNeighbour(target: Target): Promise<void> {
  const beside: Target = { ...target, baseUrl: new URL(NEIGHBOUR.basePath ?? '', target.baseUrl) };
  const caller = { sub: `of-both-${randomBytes(6).toString('hex')}`, plan: 'small' };
  const own = `Bearer ${await target.issuer.sign(caller)}`;
  const theirs = `Bearer ${await target.issuer.sign({ ...caller, aud: NEIGHBOURS })}`;
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
