/** Who shares the limits of a plan: each caller alone, a tenant's callers, or all callers of a service. */
import type { GatewayModel, PlanModel } from '../../src/model/gateway-model';
import type { Verifier } from '../../src/router/identity/verifier';
import { MemoryStore } from '../../src/router/limits/memory-store';
import { startBackend, type TestBackend } from '../support/backend';
import { send } from '../support/client';
import { modelOf, startTestRouter } from '../support/router-under-test';

let backend: TestBackend;
beforeAll(async () => {
  backend = await startBackend();
});
afterAll(() => backend.close());

/** Takes `subject` or `subject@tenant` as a key. */
const spelled: Verifier = {
  verify: ({ apiKey = '' }) => {
    const [subject = '', tenant] = apiKey.split('@');
    const caller = { subject, limitKey: apiKey, via: 'api-key' } as const;
    return { kind: 'caller', caller: tenant === undefined ? caller : { ...caller, tenant } };
  },
};

async function statuses(
  limitBy: PlanModel['limitBy'] | 'caller',
  asked: readonly (readonly [string, string])[],
) {
  const { services } = modelOf(0);
  const plan: PlanModel = {
    windows: [{ name: 'minute', requests: 1 }],
    onStoreOutage: 'local',
    ...(limitBy === 'caller' || limitBy === undefined ? {} : { limitBy }),
  };
  const model: Partial<GatewayModel> = {
    plans: { free: plan, pro: plan },
    tenants: { paying: { plan: 'pro' } },
    services: {
      ...services,
      tools: { ...(services.agents as GatewayModel['services'][string]), path: '/tools' },
    },
  };
  const router = await startTestRouter(backend.port, { model, verifier: spelled, limits: new MemoryStore() });
  const seen: number[] = [];
  for (const [key, path] of asked) {
    const headers = { authorization: undefined, 'x-api-key': key };
    seen.push((await send(router.port, `/v1${path}`, { headers })).status);
  }
  await router.close();
  return seen;
}

it.each([
  [
    'caller',
    [
      ['ada@acme', '/agents', 200],
      ['bob@acme', '/agents', 200],
      ['ada@acme', '/tools', 429],
    ],
  ],
  [
    'tenant',
    [
      ['ada@acme', '/agents', 200],
      ['bob@acme', '/tools', 429],
      ['ada@other', '/agents', 200],
      ['ada', '/agents', 200],
      ['bob', '/agents', 200],
      ['ada', '/agents', 429],
    ],
  ],
  [
    'service',
    [
      ['ada@acme', '/agents', 200],
      ['bob@other', '/agents', 429],
      ['bob@other', '/tools', 200],
      ['eve@paying', '/agents', 200],
    ],
  ],
] as const)('counts by %s', async (limitBy, cases) => {
  const seen = await statuses(
    limitBy,
    cases.map(([key, path]) => [key, path] as const),
  );

  expect(seen).toEqual(cases.map(([, , status]) => status));
});
