/** The contract in a real cluster, on several gateways, each as its manifests come out. */
import { conformanceTests } from '../conformance/suite';
import { WRITE_REPORTS } from './changes-report';
import { startClusterTarget } from './cluster-target';
import { CONFIGURATIONS } from './configurations';

conformanceTests(
  'cluster',
  'in a cluster, behind Traefik',
  CONFIGURATIONS.map((one) => ({ name: one.name, start: () => startClusterTarget(one) })),
  WRITE_REPORTS,
);
