/** The router alone, as clients inside the cluster would reach it: plain HTTP, nothing in front. */
import type { RunningPod } from '../../../examples/quickstart/kubelet';
import { type Feature, THROUGH_ROUTER } from '../features';
import { BASE_PATH, HOST, platformWith } from '../platform/platform';
import type { Target } from '../target';
import { type LocalPlatform, startLocalPlatform } from './local-platform';

const ALWAYS: readonly Feature[] = [
  'paths-as-sent',
  'host-in-any-case',
  'large-headers',
  'strict-framing',
  ...THROUGH_ROUTER,
  'issuer-control',
];
/** A router with its counters in memory is alone. */
const WITH_REDIS: readonly Feature[] = ['store-control', 'time-control', 'plan-control', 'replica-control'];

/** Starts the router with its counters in memory or in a real Redis. */
export async function startRouterTarget(store: 'memory' | 'redis'): Promise<Target> {
  const props = platformWith({ none: {} });
  const asked = { planLookup: {}, redis: { managed: { persistence: {} } } };
  const platform = await startLocalPlatform(store === 'redis' ? { ...props, ...asked } : props, store);
  const features = new Set(store === 'redis' ? [...ALWAYS, ...WITH_REDIS] : ALWAYS);
  return targetOf(platform, await platform.startRouter(), features);
}

/** One router of a platform as a target; its end is the platform's. */
export function targetOf(platform: LocalPlatform, pod: RunningPod, features: ReadonlySet<Feature>): Target {
  const start = async () => {
    const replica = await platform.startRouter();
    return {
      target: targetOf(platform, replica, features),
      stop: () => replica.stop(),
      kill: () => replica.stop('SIGKILL'),
    };
  };
  return {
    baseUrl: new URL(`http://${HOST}${BASE_PATH}`),
    address: { host: '127.0.0.1', port: pod.port },
    features,
    issuer: platform.issuer,
    apiKeys: platform.apiKeys,
    controls: { ...platform.controls, ...(features.has('replica-control') ? { replicas: { start } } : {}) },
    versions: [`Node.js ${process.versions.node}`],
    stop: async () => {
      await pod.stop();
      await platform.stop();
    },
  };
}
