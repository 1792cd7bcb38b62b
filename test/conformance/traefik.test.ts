/**
 * The contract behind a real Traefik that watches a real API server. Takes the programs from `TRAEFIK_BIN`,
 * `KUBE_APISERVER_BIN` and `ETCD_BIN` or the PATH, and the CRDs from `CRDS`; without them, a line says so.
 */
import { conformanceTests } from './suite';
import { startTraefikTarget, traefikPrograms } from './targets/traefik-target';

const programs = traefikPrograms();

if (programs === undefined) {
  process.stderr.write('No Traefik beside an API server: the contract is not tried on Traefik.\n');
  it('needs programs that are not here', () => expect(programs).toBeUndefined());
} else {
  conformanceTests('traefik', 'behind Traefik', [
    { name: 'Traefik', start: () => startTraefikTarget(programs) },
    { name: "Traefik, `via: 'edge'`", start: () => startTraefikTarget(programs, { via: 'edge' }) },
  ]);
}
