/** After the tests of a run: what they have put into the cluster is taken away, but for the CRDs. */
import { uninstallTraefik } from './traefik';

export default uninstallTraefik;
