/** Before the tests of a run: Traefik, with its CRDs. */
import { installTraefik } from './traefik';

export default installTraefik;
