/**
 * The few kinds of Traefik's that are used, typed by hand after its CRDs (Traefik v3.7.9, traefik.io/v1alpha1), so that
 * nobody has to import them.
 */
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { type GatewayNames, labelsOf } from '../../names';

/** As much of an IngressRoute as is used. One with `parentRefs` has neither entry points nor TLS. */
export interface IngressRouteSpec {
  readonly ingressClassName?: string;
  readonly entryPoints?: readonly string[];
  readonly parentRefs?: readonly { readonly name: string }[];
  readonly routes: readonly RouteSpec[];
  readonly tls?: IngressRouteTls;
}

/** One route: the rule, and what happens to requests that fit. */
export interface RouteSpec {
  readonly kind: 'Rule';
  readonly match: string;
  readonly priority: number;
  readonly middlewares: readonly { readonly name: string }[];
  /** Absent in a route whose requests go on to the routes that have it for a parent. */
  readonly services?: readonly ServiceSpec[];
}

/** Where a route leads. */
export interface ServiceSpec {
  readonly name: string;
  readonly kind?: 'Service' | 'TraefikService';
  readonly namespace?: string;
  readonly port?: number | string;
  readonly scheme?: 'https';
  readonly serversTransport?: string;
  readonly passHostHeader?: boolean;
  readonly responseForwarding?: { readonly flushInterval: string };
}

/** Where a route takes its certificate from, and with which options. */
export interface IngressRouteTls {
  readonly certResolver?: string;
  readonly secretName?: string;
  readonly domains?: readonly { readonly main: string; readonly sans?: readonly string[] }[];
  readonly options?: { readonly name: string };
}

/** Exactly one member: Traefik refuses a Middleware of several types. */
export interface MiddlewareSpec {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly rateLimit?: Readonly<Record<string, unknown>>;
  readonly redirectScheme?: { readonly scheme: 'https'; readonly permanent: boolean };
  readonly forwardAuth?: Readonly<Record<string, unknown>>;
  readonly stripPrefix?: { readonly prefixes: readonly string[] };
  readonly addPrefix?: { readonly prefix: string };
  readonly encodedCharacters?: Readonly<Record<string, boolean>>;
  readonly retry?: { readonly attempts: number };
}

/** How Traefik opens connections to servers. Looked up in the namespace of the Service that names it. */
export interface ServersTransportSpec {
  readonly serverName?: string;
  readonly rootCAs?: readonly { readonly secret: string }[];
  readonly certificatesSecrets?: readonly string[];
  readonly maxIdleConnsPerHost?: number;
  readonly forwardingTimeouts?: Readonly<Record<string, string>>;
}

/** Which TLS versions a route takes. */
export interface TlsOptionSpec {
  readonly minVersion: 'VersionTLS12' | 'VersionTLS13';
}

interface Specs {
  readonly IngressRoute: IngressRouteSpec;
  readonly Middleware: MiddlewareSpec;
  readonly TLSOption: TlsOptionSpec;
  readonly ServersTransport: ServersTransportSpec;
}

/**
 * Adds an object of Traefik's.
 *
 * @param part what it is for, in its name behind the gateway's; `''` for the gateway's own name
 * @param metadata beside name and labels
 */
export function traefikObject<K extends keyof Specs>(
  scope: Construct,
  names: GatewayNames,
  kind: K,
  part: string,
  spec: Specs[K],
  metadata: { readonly namespace?: string; readonly annotations?: Record<string, string> } = {},
): ApiObject {
  return new ApiObject(scope, `${kind.toLowerCase()}${part === '' ? '' : `-${part}`}`, {
    apiVersion: 'traefik.io/v1alpha1',
    kind,
    metadata: {
      name: part === '' ? names.base : `${names.base}-${part}`,
      labels: labelsOf(names, 'edge'),
      ...metadata,
    },
    spec,
  });
}
