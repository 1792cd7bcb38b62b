/**
 * The few kinds of Traefik's that are used, typed by hand after its CRDs (Traefik v3.7.9, traefik.io/v1alpha1), so that
 * nobody has to import them.
 */
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { type GatewayNames, labelsOf } from '../../names';

/** As much of an IngressRoute as is used. */
export interface IngressRouteSpec {
  readonly entryPoints: readonly string[];
  readonly routes: readonly RouteSpec[];
  readonly tls?: IngressRouteTls;
}

/** One route: the rule, and what happens to requests that fit. */
export interface RouteSpec {
  readonly kind: 'Rule';
  readonly match: string;
  readonly priority: number;
  readonly middlewares: readonly { readonly name: string }[];
  readonly services: readonly ServiceSpec[];
}

/** Where a route leads. */
export interface ServiceSpec {
  readonly name: string;
  readonly kind?: 'Service' | 'TraefikService';
  readonly port?: number | string;
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
}

/** Which TLS versions a route takes. */
export interface TlsOptionSpec {
  readonly minVersion: 'VersionTLS12' | 'VersionTLS13';
}

interface Specs {
  readonly IngressRoute: IngressRouteSpec;
  readonly Middleware: MiddlewareSpec;
  readonly TLSOption: TlsOptionSpec;
}

/**
 * Adds an object of Traefik's.
 *
 * @param part what it is for, in its name behind the gateway's; `''` for the gateway's own name
 */
export function traefikObject<K extends keyof Specs>(
  scope: Construct,
  names: GatewayNames,
  kind: K,
  part: string,
  spec: Specs[K],
): ApiObject {
  return new ApiObject(scope, `${kind.toLowerCase()}${part === '' ? '' : `-${part}`}`, {
    apiVersion: 'traefik.io/v1alpha1',
    kind,
    metadata: { name: part === '' ? names.base : `${names.base}-${part}`, labels: labelsOf(names, 'edge') },
    spec,
  });
}
