/** The proxy at the border. */
import type { KongProps } from './kong-props';

/** Exactly one of these keys. */
export interface EdgeProps {
  /**
   * Traefik 3.6 or later, with its Kubernetes CRD provider.
   * @default - another edge
   */
  readonly traefik?: TraefikProps;

  /**
   * Kong, open source: one of the gateway's own without a database, or the one in the cluster under Kong's ingress
   * controller.
   * @default - another edge
   */
  readonly kong?: KongProps;

  /**
   * No proxy: callers reach the router's Service directly, and the router does what an edge would.
   * @default - another edge
   */
  readonly none?: Readonly<Record<string, never>>;
}

/** What the objects must know of the Traefik that is in the cluster. */
export interface TraefikProps {
  /**
   * Oldest Traefik that is to take the objects. Later ones take them too.
   * Range: `3.6` or `3.7`.
   * @default '3.6'
   * @problem AGW_ENUM another version
   * @problem AGW_EDGE_VERSION a prop needs a later one
   */
  readonly version?: '3.6' | '3.7';

  /**
   * Namespace of Traefik's pods, which alone may reach the router.
   * @default 'traefik'
   * @problem AGW_NAME not a namespace's name
   */
  readonly namespace?: string;

  /**
   * Labels of Traefik's pods in that namespace.
   * @default - the one that Traefik's Helm chart 41 gives them, `app.kubernetes.io/name: traefik`
   */
  readonly podLabels?: Readonly<Record<string, string>>;

  /**
   * Class of the routes, where Traefik takes only those of its own (`providers.kubernetesCRD.ingressClass`). Written as
   * `spec.ingressClassName` from version 3.7 on, as the annotation `kubernetes.io/ingress.class` before.
   * @default - none, for a Traefik that takes every route, as that of the Helm chart does
   * @problem AGW_NAME not the name of a class
   */
  readonly ingressClass?: string;

  /**
   * Addresses of proxies in front of Traefik, as CIDR. The flood guard then takes the address before them for the
   * client's. Traefik itself has to be told of the same ones in its static configuration,
   * `entryPoints.<name>.forwardedHeaders.trustedIPs`: it throws away what all others say in `X-Forwarded-*`, and
   * the router takes what Traefik says.
   * @default - none, the connection's address is the client's
   * @problem AGW_CIDR not a range of addresses
   * @problem AGW_ONE_OF together with `floodGuard.forwardedForDepth`
   * @problem AGW_UNUSED without a flood guard
   */
  readonly trustedProxies?: readonly string[];

  /**
   * Whether this Traefik takes routes to Services of other namespaces (`providers.kubernetesCRD.allowCrossNamespace`).
   * @default false
   * @problem AGW_UNUSED no backend of a service that is `via: 'edge'` is in another namespace
   */
  readonly crossNamespace?: boolean;

  /**
   * Whether Traefik answers 400 to paths with an encoded slash, backslash, semicolon, percent sign, question mark, hash
   * or null character, which backends read in different ways. The router by itself refuses those that climb.
   * @default false
   * @problem AGW_EDGE_VERSION with a `version` before 3.7
   */
  readonly refuseEncodedCharacters?: boolean;

  /**
   * TLS from Traefik to the router, each with a certificate that the other checks.
   * @default - plain HTTP, inside the cluster
   * @problem AGW_NAMESPACE the chart has no namespace, which the router's certificate names
   */
  readonly routerTls?: RouterTlsProps;

  /**
   * Traefik's entry points, by the names in its static configuration.
   * @default - those of Traefik's Helm chart 41, `web` and `websecure`
   */
  readonly entryPoints?: EntryPointsProps;

  /**
   * Coarse guard against floods from one address, before anything else is done; `false` for none. Plans are not
   * enforced here: Traefik forgets an address after two seconds without traffic.
   * @default - on, wide enough for the largest plan
   */
  readonly floodGuard?: FloodGuardProps | false;
}

/**
 * Certificates between Traefik and the router, in Secrets of the gateway's namespace as cert-manager makes them: `tls.crt`
 * and `tls.key`, and in `ca.crt` the authority that the other side's certificate must come from.
 */
export interface RouterTlsProps {
  /**
   * Secret of the router, with a certificate for `<name>-router.<namespace>.svc`. Read again when it changes.
   * @problem AGW_NAME not a Secret's name
   */
  readonly serverSecretName: string;

  /**
   * Secret of Traefik, which shows this certificate to the router.
   * @problem AGW_NAME not a Secret's name
   */
  readonly clientSecretName: string;
}

/** Names of entry points. */
export interface EntryPointsProps {
  /**
   * For plain HTTP.
   * @default 'web'
   */
  readonly http?: string;

  /**
   * For TLS.
   * @default 'websecure'
   * @problem AGW_UNUSED without `tls`
   */
  readonly https?: string;
}

/** The flood guard's size. */
export interface FloodGuardProps {
  /**
   * Requests of one address, over time. Twice as many pass at once.
   * Unit: requests per second. Range: 1 to 1_000_000, whole.
   * @default - as many as the largest plan has per minute, but at least 100, and 1_000 where a plan has no limit by
   * the minute
   * @problem AGW_NUMBER_RANGE outside the range
   * @problem AGW_FLOOD_GUARD_BELOW_PLAN a caller could be refused who is within a plan's `requestsPerMinute`
   */
  readonly requestsPerSecond?: number;

  /**
   * Proxies in front of Traefik that add to `X-Forwarded-For`: the client's address is this many places from its
   * end. Without it, a load balancer that hides addresses counts as one client.
   * Unit: places. Range: 0 to 10, whole; 0 takes the address of the connection.
   * @default 0
   * @problem AGW_NUMBER_RANGE outside the range
   */
  readonly forwardedForDepth?: number;
}

/** Certificate, and which TLS. Exactly one of `certResolver` and `secretName`. */
export interface TlsProps {
  /**
   * Certificate resolver in Traefik's static configuration. One Traefik replica only: its ACME client cannot share
   * (Traefik v3.7 docs, "Let's Encrypt", on Kubernetes).
   * @default - the certificate comes from `secretName`
   * @problem AGW_ONE_OF together with `secretName`, or neither
   * @problem AGW_EDGE_CANNOT with Kong, which has no resolvers
   */
  readonly certResolver?: string;

  /**
   * Secret of type kubernetes.io/tls in the gateway's namespace, as cert-manager makes it. A Kong without a database
   * reads it at start: restart its pods after the certificate has changed.
   * @default - the certificate comes from `certResolver`
   * @problem AGW_ONE_OF together with `certResolver`, or neither
   */
  readonly secretName?: string;

  /**
   * Oldest TLS version that clients may use.
   * Range: `1.2` or `1.3`.
   * @default '1.2'
   * @problem AGW_ENUM another version
   * @problem AGW_EDGE_CANNOT with Kong's ingress controller, where it is for whoever runs that Kong to say
   * @problem AGW_TLS_CONFLICT another gateway of the App asks for `1.3` on the same host, or this one does: Traefik takes its
   * default for both then
   */
  readonly minVersion?: '1.2' | '1.3';
}
