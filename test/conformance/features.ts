/** What targets can differ in. A case names what it needs, a target what it has, and skips follow from the two. */

/** Every feature, with the reason that a skip prints. */
export const FEATURES = {
  tls: 'clients reach it over TLS',
  http2: 'clients can speak HTTP/2 to it',
  'paths-as-sent': 'nothing before the router tidies paths',
  'strict-framing': 'every request whose framing is in doubt is refused',
  concurrency: 'requests at the same time are counted',
  'answer-facts': 'what backends answer tells of limits and of the request',
  'own-failures': 'failures of backends are told in the gateway’s own words',
  'hop-headers': 'what a backend names in Connection stops, also where the connection ends',
  'time-control': 'the suite can let time pass for a caller',
  'store-control': 'the suite can take the store away and give it back',
  'issuer-control': 'the suite can change and count the keys of the issuer',
  'replica-control': 'the suite can start and stop routers',
} as const;

/** The name of a feature. */
export type Feature = keyof typeof FEATURES;

/** Reads names of features from outside. @throws Error that lists the known ones */
export function readFeatures(names: readonly string[]): ReadonlySet<Feature> {
  const unknown = names.filter((name) => !Object.hasOwn(FEATURES, name));
  if (unknown.length === 0) return new Set(names as Feature[]);
  throw new Error(`no such feature: ${unknown.join(', ')}; there are ${Object.keys(FEATURES).join(', ')}`);
}
