/** The contract in a real cluster, on several gateways, each as its manifests come out. */
import { conformanceTests } from '../conformance/suite';
import { WRITE_REPORTS } from './changes-report';
import { type ClosedTarget, prepareClusterTarget } from './cluster-target';
import { CONFIGURATIONS } from './configurations';

const prepared = new Map<number, Promise<ClosedTarget>>();

/** The pods of a configuration, which are brought up once. */
function prepare(i: number): Promise<ClosedTarget> | undefined {
  const one = CONFIGURATIONS[i];
  if (one !== undefined && !prepared.has(i)) prepared.set(i, prepareClusterTarget(one));
  return prepared.get(i);
}

conformanceTests(
  'cluster',
  'in a cluster, behind Traefik',
  CONFIGURATIONS.map(({ name }, i) => ({
    name,
    async start() {
      const closed = await (prepare(i) as Promise<ClosedTarget>);
      const target = await closed.open();
      // Pods take their time to come up, and little of the machine's: the next ones do while this one is tried.
      prepare(i + 1)?.catch(() => {});
      return target;
    },
  })),
  { command: WRITE_REPORTS, again: true },
);
