/** What is changed, replaced, killed or moved while clients are served. */
import assert from 'node:assert/strict';
import type { AgentGatewayProps } from 'cdk8s-agent-gateway';
import { HOST } from '../conformance/platform/platform';
import { Trial } from '../conformance/trial';
import { createCertificate } from '../support/certificate';
import { type ClusterTarget, PLATFORM } from './cluster-target';
import { NEIGHBOUR, THREE_ROUTERS } from './configurations';
import { kubectl, kubectlJson, rolledOut } from './kubectl';
import { checkNeighbour } from './neighbour';
import { changeTraefik, restartTraefik } from './traefik';

/** One of them. */
export interface Change {
  readonly name: string;
  /** Why some requests have to be lost, and how many at most; without it, none may be. */
  readonly mayLose?: { readonly most: number; readonly because: string };
  run(target: ClusterTarget): Promise<void>;
}

const ROUTER = `deployment/${PLATFORM.name}-router`;
const REDIS = `statefulset/${PLATFORM.name}-redis`;
const ROUTERS = 'app.kubernetes.io/component=router';
const GATEWAY = THREE_ROUTERS.gateway?.(PLATFORM) ?? PLATFORM;
/** What the certificate is replaced by. */
export const OTHER_CERTIFICATE = createCertificate(HOST, 'another certificate');

/** In the order in which they are made, each on what the ones before have left. */
export const CHANGES: readonly Change[] = [
  changeOf('a plan is added, and with it the configuration', {
    plans: { ...PLATFORM.plans, extra: { requestsPerMinute: 7 } },
  }),
  changeOf('a version is added', { versions: { ...PLATFORM.versions, v4: { weightPercent: 0 } } }),
  changeOf('a weight moves', { versions: { ...PLATFORM.versions, v3: { weightPercent: 60 } } }),
  {
    name: 'the certificate is replaced',
    run: (target) => target.replaceCertificate(OTHER_CERTIFICATE),
  },
  {
    name: 'another gateway comes on the same host, at a path below',
    async run(target) {
      await target.change(NEIGHBOUR);
      await checkNeighbour(target);
    },
  },
  { name: 'that gateway goes', run: removeNeighbour },
  { name: 'the routers are replaced one by one', run: ({ namespace }) => restart(namespace, ROUTER) },
  { name: 'a router is killed', run: killRouter },
  { name: 'the node of a router is drained', run: drain },
  { name: 'Redis is restarted', run: restartRedis },
  {
    name: 'Traefik is restarted, as its chart has it by default',
    mayLose: {
      most: Number.POSITIVE_INFINITY,
      because: 'Traefik closes its ports at once, before Kubernetes has taken it out of its Service',
    },
    run: () => restartTraefik(),
  },
  {
    name: 'Traefik is given `requestAcceptGraceTimeout`, and restarted then',
    mayLose: {
      most: Number.POSITIVE_INFINITY,
      because: 'the pod that is replaced to give it does not have it yet',
    },
    run: () => changeTraefik(['--entryPoints.websecure.transport.lifeCycle.requestAcceptGraceTimeout=10s']),
  },
  { name: 'Traefik is restarted with `requestAcceptGraceTimeout` of 10 s', run: () => restartTraefik() },
];

/** Which stays for the changes after it only as far as they say the same. */
function changeOf(name: string, props: Partial<AgentGatewayProps>): Change {
  return { name, run: (target) => target.change({ ...GATEWAY, ...props }) };
}

/** Puts new pods in the place of those that run. */
export async function restart(namespace: string, workload: string): Promise<void> {
  await kubectl(['rollout', 'restart', workload, '--namespace', namespace]);
  await rolledOut(namespace, workload);
}

/** Replaces the routers, as a rollout does. */
export const restartRouters = ({ namespace }: ClusterTarget) => restart(namespace, ROUTER);

async function removeNeighbour({ namespace }: ClusterTarget): Promise<void> {
  const selector = `app.kubernetes.io/instance=${NEIGHBOUR.name}`;
  const kinds = [
    'ingressroutes.traefik.io,middlewares.traefik.io,deployments,statefulsets,services,configmaps',
    'serviceaccounts,poddisruptionbudgets,networkpolicies,horizontalpodautoscalers',
  ].join(',');
  await kubectl(['delete', kinds, '--namespace', namespace, '--selector', selector]);
}

async function restartRedis(target: ClusterTarget): Promise<void> {
  await restart(target.namespace, REDIS);
  const trial = new Trial(target);
  // Each router finds its way back by itself.
  for (let sure = 0; sure < 10; sure++) {
    const { headers } = await trial.send('/v2/plain');
    if (headers['x-gateway-degraded'] !== undefined) sure = 0;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function killRouter({ namespace }: ClusterTarget): Promise<void> {
  const args = ['get', 'pods', '--namespace', namespace, '--selector', ROUTERS, '--output', 'name'];
  const [pod = ''] = (await kubectl([...args, '--field-selector', 'status.phase=Running'])).split('\n');
  await kubectl(['delete', '--namespace', namespace, pod, '--force', '--grace-period=0']);
  await rolledOut(namespace, ROUTER);
}

/** Two of three are ready all the time. On an only node the pods cannot move, and the budget keeps the last two. */
async function drain({ namespace }: ClusterTarget): Promise<void> {
  const where = ['--namespace', namespace, '--selector', ROUTERS];
  const [node = ''] = (
    await kubectl(['get', 'pods', ...where, '--output', 'jsonpath={.items[*].spec.nodeName}'])
  ).split(' ');
  let draining = true;
  const drained = kubectl(['drain', node, '--pod-selector', ROUTERS, '--timeout', '20s']).then(
    () => '',
    ({ message }: Error) => message,
  );
  void drained.then(() => {
    draining = false;
  });
  try {
    while (draining) {
      const { status } = await kubectlJson<{ status: { readyReplicas: number } }>([
        'get',
        ROUTER,
        '--namespace',
        namespace,
      ]);
      assert.ok(status.readyReplicas >= 2, `${status.readyReplicas} routers are ready`);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    const complaint = await drained;
    if (complaint !== '') assert.match(complaint, /disruption budget|global timeout reached/);
  } finally {
    await drained;
    await kubectl(['uncordon', node]);
  }
  await rolledOut(namespace, ROUTER);
}
