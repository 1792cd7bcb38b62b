/** The contract in a real cluster, with three routers that share one Redis. */
import { conformanceTests } from '../conformance/suite';
import { startClusterTarget } from './cluster-target';

conformanceTests('cluster', 'in a cluster, behind Traefik', [
  {
    name: 'three routers',
    start: () => startClusterTarget({ router: { replicas: { min: 3, max: 3 } } }),
  },
]);
