/** A router in front of several backends, of which the later ones are fallbacks of the first. */
import type { ServiceModel } from '../../src/model/gateway-model';
import { type Answer, startBackend, type TestBackend, type Upgrade } from './backend';
import { type RouterUnderTest, startTestRouter } from './router-under-test';

export interface Chain {
  readonly router: RouterUnderTest;
  readonly port: number;
  readonly backends: readonly TestBackend[];
  /** How many requests each backend has received whole. */
  received(): readonly number[];
  metrics(): Promise<string>;
  close(): Promise<void>;
}

/** How a backend answers; `closed` is one at whose port nobody listens. */
export type ChainAnswer = Answer | { readonly upgrade: Upgrade } | 'closed';

/**
 * Starts a router whose backends are `b0`, `b1`, …, in this order.
 *
 * @param service laid over the model of the one service
 */
export async function startChain(
  answers: readonly ChainAnswer[],
  service: Partial<ServiceModel> = {},
): Promise<Chain> {
  const backends = await Promise.all(
    answers.map((answer) =>
      typeof answer === 'object'
        ? startBackend(undefined, answer.upgrade)
        : startBackend(answer === 'closed' ? undefined : answer),
    ),
  );
  await Promise.all(backends.map((backend, i) => (answers[i] === 'closed' ? backend.close() : undefined)));
  const ids = backends.map((_, i) => `b${i}`);
  const [first = '', ...fallbacks] = ids;
  const target = { backend: first, models: [], ...(fallbacks.length === 0 ? {} : { fallbacks }) };
  const router = await startTestRouter(0, {
    model: {
      backends: Object.fromEntries(
        backends.map(({ port }, i) => [`b${i}`, { host: '127.0.0.1', port }] as const),
      ),
    },
    service: {
      ...(fallbacks.length === 0
        ? {}
        : { failover: { statuses: [], repeatUnsafe: false, budgetPercent: 20 } }),
      versions: { v1: { target, variants: [] } },
      ...service,
    },
  });
  return {
    router,
    port: router.port,
    backends,
    received: () => backends.map((backend) => backend.received.length),
    metrics: async () => (await fetch(`http://127.0.0.1:${router.adminPort}/metrics`)).text(),
    close: async () => {
      await router.close();
      await Promise.all(
        backends.map((backend, i) => (answers[i] === 'closed' ? undefined : backend.close())),
      );
    },
  };
}
