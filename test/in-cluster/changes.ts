/** What is changed, replaced, killed or moved while clients are served. */
import assert from 'node:assert/strict';
import type { AgentGatewayProps } from 'cdk8s-agent-gateway';
import { HOST } from '../conformance/platform/platform';
import { Trial } from '../conformance/trial';
import { createCertificate } from '../support/certificate';
import { type ClusterTarget, PLATFORM } from './cluster-target';
import { NEIGHBOUR, THREE_ROUTERS } from './configurations';
import { killProgram } from './kill';
import { kubectl, kubectlJson, rolledOut } from './kubectl';
import { CLIENTS_IN_ALL } from './load';
import { checkNeighbour } from './neighbour';
import { withStreams } from './streams';
import { changeTraefik } from './traefik';

/** One of them. */
export interface Change {
  readonly name: string;
  /** Why some requests have to be lost, and how many at most; without it, none may be. */
  readonly mayLose?: { readonly most: number; readonly because: string };
  /** @param attempt 0, or 1 when it is made once more */
  run(target: ClusterTarget, attempt: number): Promise<void>;
}

const ROUTER = `deployment/${PLATFORM.name}-router`;
const REDIS = `statefulset/${PLATFORM.name}-redis`;
const ROUTERS = 'app.kubernetes.io/component=router';
const GATEWAY = THREE_ROUTERS.gateway?.(PLATFORM) ?? PLATFORM;
/** What the certificate is replaced by, by attempt. */
export const OTHER_CERTIFICATES = [
  createCertificate(HOST, 'another certificate'),
  createCertificate(HOST, 'a third certificate'),
] as const;

/** In the order in which they are made, each on what the ones before have left. */
export const CHANGES: readonly Change[] = [
  changeOf('a plan is added, and with it the configuration', (attempt) => ({
    plans: { ...PLATFORM.plans, [`extra-${attempt}`]: { requestsPerMinute: 7 } },
  })),
  changeOf('a version is added', (attempt) => ({
    versions: { ...PLATFORM.versions, [`v${4 + attempt}`]: { weightPercent: 0 } },
  })),
  changeOf('a weight moves', (attempt) => ({
    versions: { ...PLATFORM.versions, v3: { weightPercent: 60 + attempt } },
  })),
  {
    name: 'the certificate is replaced',
    run: (target, attempt) => target.replaceCertificate(OTHER_CERTIFICATES[attempt] ?? OTHER_CERTIFICATES[0]),
  },
  {
    name: 'another gateway comes on the same host, at a path below, and goes',
    async run(target) {
      await target.change(NEIGHBOUR);
      await checkNeighbour(target);
      await removeNeighbour(target);
    },
  },
  {
    name: 'the routers are replaced one by one, with streams open',
    run: (target) => withStreams(target, () => restart(target.namespace, ROUTER)),
  },
  {
    name: 'the pod of a router is taken away by force',
    mayLose: {
      most: CLIENTS_IN_ALL,
      because: 'Kubernetes gives it two seconds, about as long as Traefik takes to hear of it',
    },
    run: removeRouter,
  },
  {
    name: 'a router is killed without a word (SIGKILL)',
    mayLose: {
      most: CLIENTS_IN_ALL,
      because: 'what a router is answering ends with it, and what it was sent goes to no other',
    },
    run: async ({ namespace }) => killProgram(namespace, await aRouter(namespace)),
  },
  { name: 'the node of a router is drained', run: drain },
  { name: 'Redis is restarted', run: restartRedis },
  {
    name: 'Traefik is replaced, as its chart has it by default',
    mayLose: {
      most: Number.POSITIVE_INFINITY,
      because: 'Traefik closes its ports at once, before Kubernetes has taken it out of its Service',
    },
    run: () => changeTraefik(['--entryPoints.websecure.transport.lifeCycle.requestAcceptGraceTimeout=10s']),
  },
  {
    name: 'Traefik is replaced that has a `requestAcceptGraceTimeout` of 10 s',
    mayLose: {
      most: Number.POSITIVE_INFINITY,
      because:
        'at the end of that time Traefik closes connections that clients keep, one of which may be in use, and a new one ' +
        'is ready before it has read routes and certificates',
    },
    // With it goes the flag.
    run: () => changeTraefik([]),
  },
];

/** Which stays for the changes after it only as far as they say the same. */
function changeOf(name: string, props: (attempt: number) => Partial<AgentGatewayProps>): Change {
  return { name, run: (target, attempt) => target.change({ ...GATEWAY, ...props(attempt) }) };
}

/** Puts new pods in the place of those that run. */
async function restart(namespace: string, workload: string): Promise<void> {
  await kubectl(['rollout', 'restart', workload, '--namespace', namespace]);
  await rolledOut(namespace, workload);
}

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

interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  }[];
}

/** One that stays, by its name. */
async function aRouter(namespace: string): Promise<string> {
  const where = ['--namespace', namespace, '--selector', ROUTERS, '--field-selector', 'status.phase=Running'];
  const { items } = await kubectlJson<Pods>(['get', 'pods', ...where]);
  const stays = items.find(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (stays === undefined) throw new Error('no router runs');
  return stays.metadata.name;
}

async function removeRouter({ namespace }: ClusterTarget): Promise<void> {
  const pod = await aRouter(namespace);
  await kubectl(['delete', 'pod', pod, '--namespace', namespace, '--force', '--grace-period=0']);
  await rolledOut(namespace, ROUTER);
}

/** A router that has to go takes ten of them. */
const DRAIN_SECONDS = 12;

/** Two of three are ready all the time. On an only node the pods cannot move, and the budget keeps the last two. */
async function drain({ namespace }: ClusterTarget): Promise<void> {
  const where = ['--namespace', namespace, '--selector', ROUTERS];
  const [node = ''] = (
    await kubectl(['get', 'pods', ...where, '--output', 'jsonpath={.items[*].spec.nodeName}'])
  ).split(' ');
  let draining = true;
  const drained = kubectl(['drain', node, '--pod-selector', ROUTERS, '--timeout', `${DRAIN_SECONDS}s`]).then(
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
