/** Changes while clients are served: what is replaced, killed or moved, and how many requests that costs. */
import { connect } from 'node:tls';
import type { AgentGatewayProps } from 'cdk8s-agent-gateway';
import { HOST, platformWith } from '../conformance/platform/platform';
import type { Target } from '../conformance/target';
import { Trial } from '../conformance/trial';
import { until } from '../support/api-server';
import { createCertificate } from '../support/certificate';
import { type ClusterTarget, NAMESPACE, startClusterTarget } from './cluster-target';
import { kubectl, rolledOut } from './kubectl';
import { startLoad } from './load';
import { TRAEFIK_NAMESPACE } from './traefik-objects';

const THREE = { router: { replicas: { min: 3, max: 3 } } } satisfies Partial<AgentGatewayProps>;
const ROUTERS = 'app.kubernetes.io/component=router';
const { versions, plans } = platformWith({ none: {} });
let target: ClusterTarget;
/** What the certificate is replaced by; clients trust both. */
const other = createCertificate(HOST, 'another certificate');

beforeAll(async () => {
  target = await startClusterTarget(THREE);
}, 300_000);
afterAll(async () => {
  await target?.stop();
}, 300_000);

interface Change {
  readonly name: string;
  /** Requests that may be lost, and why some have to be. */
  readonly mayLose?: { readonly most: number; readonly because: string };
  change(target: ClusterTarget): Promise<void>;
}

const CHANGES: readonly Change[] = [
  {
    name: 'a plan changes, and with it the configuration',
    change: (gateway) => gateway.change({ ...THREE, plans: { ...plans, extra: { requestsPerMinute: 7 } } }),
  },
  {
    name: 'a version is added',
    change: (gateway) => gateway.change({ ...THREE, versions: { ...versions, v4: { weightPercent: 0 } } }),
  },
  {
    name: 'a weight moves',
    change: (gateway) => gateway.change({ ...THREE, versions: { ...versions, v3: { weightPercent: 60 } } }),
  },
  {
    name: 'the certificate is replaced',
    async change(gateway) {
      await gateway.replaceCertificate(other);
      await until(async () => (await servedCertificate(gateway)) === other.certificate);
    },
  },
  {
    name: 'the routers are replaced one by one',
    change: () => restart(NAMESPACE, 'deployment/conformance-router'),
  },
  {
    name: 'Redis is restarted',
    change: () => restart(NAMESPACE, 'statefulset/conformance-redis'),
  },
  {
    name: 'a router is killed',
    mayLose: {
      most: 24,
      because: 'what the pod had, and what still goes to it until Kubernetes has noticed',
    },
    async change() {
      const [pod = ''] = await podNames();
      await kubectl(['delete', '--namespace', NAMESPACE, pod, '--force', '--grace-period=0']);
      await rolledOut(NAMESPACE, 'deployment/conformance-router');
    },
  },
  {
    name: 'the node is drained, as far as the budget lets it',
    async change() {
      const [node = ''] = (await kubectl(['get', 'nodes', '--output', 'name'])).trim().split('\n');
      const drain = ['drain', node, '--pod-selector', ROUTERS, '--timeout', '20s'];
      // On the only node the last pods cannot move, and the budget keeps them.
      await expect(kubectl(drain)).rejects.toThrow(/disruption budget|global timeout reached/);
      expect((await podNames()).length).toBeGreaterThanOrEqual(2);
      await kubectl(['uncordon', node]);
      await rolledOut(NAMESPACE, 'deployment/conformance-router');
    },
  },
  {
    name: 'Traefik is restarted',
    mayLose: {
      most: Number.POSITIVE_INFINITY,
      because: 'Traefik closes its ports before Kubernetes has taken it out of its Service',
    },
    async change(gateway) {
      await restart(TRAEFIK_NAMESPACE, 'deployment/agent-gateway-traefik');
      await until(async () => (await servedCertificate(gateway)) !== '');
    },
  },
];

it.each(CHANGES)(
  'loses no more than it must when $name',
  async ({ name, mayLose, change }) => {
    const load = await startLoad(target, [target.certificate, other.certificate]);
    await change(target);
    const { answered, lost } = await load.stop();
    process.stderr.write(`${name}: ${lost.length} lost of ${answered + lost.length}\n`);

    if (lost.length > (mayLose?.most ?? 0)) expect(lost).toEqual([]);
    expect(answered).toBeGreaterThan(100);
  },
  180_000,
);

it('lets streams that are open finish while the routers are replaced', async () => {
  // Clients by now trust the certificate that is there.
  const now = { ...target, certificate: other.certificate };
  const trials = Array.from({ length: 6 }, () => new Trial(now));
  const streams = await Promise.all(trials.map((trial) => trial.events('/v2/plain?do=events')));
  for (const stream of streams) expect(await stream.next()).toBe('data: 0');

  await restart(NAMESPACE, 'deployment/conformance-router');
  await Promise.all(trials.map((trial) => trial.tell('event')));
  for (const stream of streams) expect(await stream.next()).toBe('data: 1');
  await Promise.all(trials.map((trial) => trial.tell('end')));
  for (const stream of streams) {
    expect(await stream.next()).toBe('data: [DONE]');
    expect(await stream.end).toBe('complete');
  }
}, 180_000);

async function restart(namespace: string, workload: string): Promise<void> {
  await kubectl(['rollout', 'restart', workload, '--namespace', namespace]);
  await rolledOut(namespace, workload);
}

/** Of routers that run and are not on their way to the end. */
async function podNames(): Promise<readonly string[]> {
  const args = ['get', 'pods', '--namespace', NAMESPACE, '--selector', ROUTERS, '--output', 'name'];
  const names = await kubectl([...args, '--field-selector', 'status.phase=Running']);
  return names.trim().split('\n');
}

/** The certificate that is shown to who asks for the host, as PEM. */
function servedCertificate({ address, baseUrl }: Target): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      ...address,
      port: address?.port ?? 0,
      servername: baseUrl.hostname,
      rejectUnauthorized: false,
    };
    const socket = connect(options, () => {
      resolve(socket.getPeerX509Certificate()?.toString() ?? '');
      socket.destroy();
    });
    socket.on('error', reject);
  });
}
