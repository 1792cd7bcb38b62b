/** What targets can differ in. A case names what it needs, a target what it has, and skips follow from the two. */
import { KONG_TRAITS } from '../../src/model/capabilities';

/** Every feature, with the reason that a skip prints. */
export const FEATURES = {
  tls: 'clients reach it over TLS',
  http2: 'clients can speak HTTP/2 to it',
  'paths-as-sent': 'nothing before the router tidies paths',
  'host-in-any-case': 'the host of a request may be written in any case',
  'large-headers': 'headers of more than 32 KiB reach the router',
  'strict-framing': 'every request whose framing is in doubt is refused',
  concurrency: 'requests at the same time are counted',
  tokens: 'tokens of models are counted',
  'answer-facts': 'what backends answer tells of limits and of the request',
  'own-failures': 'failures of backends are told in the gateway’s own words',
  'hop-headers': 'what a backend names in Connection stops, also where the connection ends',
  'time-control': 'the suite can let time pass for a caller',
  'store-control': 'the suite can take the store away and give it back, and count what it is asked',
  'plan-control': 'plans are looked up in the store, and the suite can write them there',
  'issuer-control': 'the suite can change and count the keys of the issuer',
  'replica-control': 'the suite can start and stop routers',
} as const;

/** The name of a feature. */
export type Feature = keyof typeof FEATURES;

/** What every target can do whose requests and answers all go through the router. */
export const THROUGH_ROUTER = [
  'concurrency',
  'tokens',
  'answer-facts',
  'own-failures',
  'hop-headers',
] as const satisfies readonly Feature[];

/** What a Kong of the platform can do, by what the table of capabilities says of its shape. */
export function kongFeatures(shape: 'dbless' | 'ingressController'): readonly Feature[] {
  const names = Object.keys(KONG_TRAITS) as (keyof typeof KONG_TRAITS & Feature)[];
  return ['tls', 'http2', ...THROUGH_ROUTER, ...names.filter((name) => KONG_TRAITS[name][shape])];
}

/** Reads names of features from outside. @throws Error that lists the known ones */
export function readFeatures(names: readonly string[]): ReadonlySet<Feature> {
  const unknown = names.filter((name) => !Object.hasOwn(FEATURES, name));
  if (unknown.length === 0) return new Set(names as Feature[]);
  throw new Error(`no such feature: ${unknown.join(', ')}; there are ${Object.keys(FEATURES).join(', ')}`);
}
