/** What must hold among the props of Traefik, and between them and the rest. */
import { DEFAULTS } from '../model/defaults';
import { backendsOf } from './backends-of';
import type { LooseProps } from './check-helpers';
import { checkFloodGuard } from './flood-guard';
import { type Place, Saying } from './problems';

/** Props of Traefik of which each part may be missing. */
export type LooseTraefik = NonNullable<NonNullable<LooseProps['edge']>['traefik']>;

/** @param at of `edge.traefik` */
export function checkTraefik(props: LooseProps, traefik: LooseTraefik, at: Place): void {
  checkFloodGuard(props, traefik.floodGuard, at);
  checkVersion(traefik, at);
  checkTrustedProxies(traefik, at);
  checkCrossNamespace(props, traefik, at.key('crossNamespace'));
  const https = traefik.entryPoints?.https;
  if (https === undefined || props.tls !== undefined) return;
  const fix = 'set tls, or remove it';
  at.key('entryPoints').key('https').report('AGW_UNUSED', https, 'tls beside it', fix);
}

/** Props that need fields or middlewares of a later Traefik, with the version that brought them (`Since`). */
const SINCE = {
  // Middleware `encodedCharacters`: in the CRDs of v3.7.0, not of v3.6.0.
  refuseEncodedCharacters: '3.7',
} as const satisfies Partial<Record<keyof LooseTraefik, LooseTraefik['version']>>;

function checkVersion(traefik: LooseTraefik, at: Place): void {
  const version = traefik.version ?? DEFAULTS.traefik.version;
  for (const [key, since] of Object.entries(SINCE) as [keyof typeof SINCE, '3.7'][]) {
    if (traefik[key] !== true || version >= since) continue;
    const got = new Saying(`true, for Traefik ${version}`);
    const fix = `set edge.traefik.version to "${since}" if that Traefik is so new, or remove it`;
    at.key(key).report('AGW_EDGE_VERSION', got, `Traefik ${since} or later`, fix);
  }
}

function checkTrustedProxies({ trustedProxies, floodGuard }: LooseTraefik, at: Place): void {
  if (trustedProxies === undefined) return;
  const place = at.key('trustedProxies');
  if (floodGuard === false) {
    const got = new Saying('proxies, and floodGuard: false');
    place.report('AGW_UNUSED', got, 'a flood guard, which alone asks for them', 'remove it, or floodGuard');
  } else if (typeof floodGuard === 'object' && floodGuard.forwardedForDepth !== undefined) {
    const got = new Saying('"trustedProxies" and "floodGuard.forwardedForDepth"');
    place.report('AGW_ONE_OF', got, 'one way to find the client', 'keep one of them');
  }
}

function checkCrossNamespace(props: LooseProps, { crossNamespace }: LooseTraefik, at: Place): void {
  if (crossNamespace !== true) return;
  const direct = Object.values(props.services ?? {}).filter((service) => service?.via === 'edge');
  const backends = direct.flatMap((service) => (service === undefined ? [] : backendsOf(service)));
  if (backends.some(({ backend }) => backend.namespace !== undefined)) return;
  const expected = "a backend with a namespace, of a service with via: 'edge'";
  at.report('AGW_UNUSED', true, expected, 'remove it');
}
