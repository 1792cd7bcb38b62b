/**
 * TLS from a real Traefik to the router, each with a certificate of its own: requests through the router, and services that
 * Traefik sends requests to once the router has let them through. Takes the same programs as the conformance suite.
 */
import {
  ROUTER_HOST,
  startTraefikTarget,
  type TraefikTargetOptions,
  traefikPrograms,
} from '../conformance/targets/traefik-target';
import { Trial } from '../conformance/trial';
import { type Certificate, createCertificate } from '../support/certificate';

const programs = traefikPrograms();
const router = createCertificate(ROUTER_HOST);
const traefik = createCertificate('traefik');
const stranger = createCertificate(ROUTER_HOST, 'stranger');

/** `/v2/plain` goes to the backend by leave of the router, `/v2/tools` through it. */
const PATHS = ['/v2/plain', '/v2/tools'];

/** Both sides, each with the certificate that the other is known by. */
function secrets(shown: Certificate, trusted: Certificate): Record<string, string> {
  return { 'tls.crt': shown.certificate, 'tls.key': shown.key, 'ca.crt': trusted.certificate };
}

async function statuses(routerTls: NonNullable<TraefikTargetOptions['routerTls']>): Promise<number[]> {
  if (programs === undefined) throw new Error('there is no Traefik');
  const target = await startTraefikTarget(programs, { via: 'edge', routerTls });
  const trial = new Trial(target);
  try {
    const found: number[] = [];
    for (const path of PATHS) found.push((await trial.send(path)).status);
    return found;
  } finally {
    await trial.end();
    await target.stop();
  }
}

if (programs === undefined) {
  process.stderr.write('No Traefik beside an API server: TLS to the router is not tried on Traefik.\n');
  it('needs programs that are not here', () => expect(programs).toBeUndefined());
} else {
  it.each<[string, NonNullable<TraefikTargetOptions['routerTls']>, number[]]>([
    [
      'serves where each knows the other',
      { server: secrets(router, traefik), client: secrets(traefik, router) },
      [200, 200],
    ],
    [
      'serves nothing where Traefik does not know the router',
      { server: secrets(router, traefik), client: secrets(traefik, stranger) },
      [500, 500],
    ],
  ])(
    '%s',
    async (_, routerTls, expected) => {
      expect(await statuses(routerTls)).toEqual(expected);
    },
    60_000,
  );
}
