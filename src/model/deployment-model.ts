/**
 * What is true of a gateway's objects in the cluster: which edge, which TLS, how many replicas, which images.
 * Apart from `GatewayModel`, so that a change here does not restart routers that decide as before.
 */
import type { RequestWindowModel, SecretKeyModel } from './gateway-model';

/** Everything that no router reads. */
export interface DeploymentModel {
  readonly edge: EdgeModel;
  readonly router: RouterModel;
  readonly store: StoreModel;
  /** Absent = no spans are made. */
  readonly tracing?: TracingModel;
}

/** Exactly one member is there. */
export interface EdgeModel {
  readonly traefik?: TraefikModel;
  readonly kong?: KongModel;
  readonly none?: Readonly<Record<string, never>>;
}

/** What the objects name of the Traefik that is in the cluster. */
export interface TraefikModel {
  /** Oldest that is to take the objects. */
  readonly version: '3.6' | '3.7';
  /** Namespace that Traefik's pods run in, for the NetworkPolicy. */
  readonly namespace: string;
  /** Labels of Traefik's pods, for the NetworkPolicy. */
  readonly podLabels: Readonly<Record<string, string>>;
  /** Absent = Traefik takes every route. */
  readonly ingressClass?: string;
  readonly httpEntryPoint: string;
  readonly httpsEntryPoint: string;
  /** Absent = no guard. */
  readonly floodGuard?: FloodGuardModel;
  /** Whether Traefik refuses paths with encoded characters; absent = no. */
  readonly refuseEncodedCharacters?: true;
  readonly tls?: TlsModel;
  /** Absent = plain HTTP to the router. */
  readonly routerTls?: RouterTlsModel;
  /** Sorted by service; absent where every service goes through the router. */
  readonly direct?: readonly TraefikDirectModel[];
}

/** Names of Secrets. */
export interface RouterTlsModel {
  readonly serverSecretName: string;
  readonly clientSecretName: string;
}

/** A service that Traefik sends requests to once the router has let them through. */
export interface TraefikDirectModel {
  readonly service: string;
  /** Behind base path and version; `''` at the root. */
  readonly path: string;
  readonly connectSeconds: number;
  readonly firstByteSeconds: number;
  /** At least one. */
  readonly targets: readonly TraefikTargetModel[];
}

/** Where Traefik sends the requests of one version, or one variant in it. */
export interface TraefikTargetModel {
  /** `''` for a gateway without versions. */
  readonly version: string;
  /** Absent = the version has no variants. */
  readonly variant?: string;
  /** Name of the Kubernetes Service. */
  readonly name: string;
  /** Absent = the gateway's own. */
  readonly namespace?: string;
  readonly port: number;
  /** Takes the place of base path, version and service path; absent = base path and version alone are cut off. */
  readonly backendPath?: string;
}

/** Bound on the requests of one address. */
export interface FloodGuardModel {
  readonly requestsPerSecond: number;
  /** Requests that pass at once. */
  readonly burst: number;
  /** Place from the end of `X-Forwarded-For` at which the client's address stands; 0 = the connection's address. */
  readonly forwardedForDepth: number;
  /** Addresses that are no client's in `X-Forwarded-For`, sorted; absent = that is not asked. */
  readonly trustedProxies?: readonly string[];
}

/** Exactly one of `certResolver` and `secretName` is there. */
export interface TlsModel {
  readonly certResolver?: string;
  readonly secretName?: string;
  readonly minVersion: '1.2' | '1.3';
}

/** Exactly one member is there. */
export interface KongModel {
  readonly dbless?: KongDblessModel;
  readonly ingressController?: KongControllerModel;
}

/** A Kong of the gateway's own, with its configuration in a file. */
export interface KongDblessModel {
  readonly image: string;
  readonly replicasMin: number;
  readonly replicasMax: number;
  readonly cpuMillicores: number;
  readonly memoryMebibytes: number;
  readonly terminationGraceSeconds: number;
  readonly serviceType: 'LoadBalancer' | 'NodePort' | 'ClusterIP';
  /** Addresses of proxies in front of Kong, in CIDR form, sorted; what they say of a client is believed. */
  readonly trustedProxies: readonly string[];
  /** Absent = no guard. */
  readonly floodGuard?: KongFloodGuardModel;
  readonly tls?: TlsModel;
  /** Absent where every service goes through the router. */
  readonly direct?: KongDirectModel;
}

/** What Kong decides by itself: services that it sends requests to, and who may call them. */
export interface KongDirectModel {
  /** At least one. */
  readonly routes: readonly KongDirectRouteModel[];
  /** At least one, sorted by tenant; all with the same kind of credential. */
  readonly consumers: readonly KongConsumerModel[];
  /** Where plans are counted. */
  readonly redis: KongRedisModel;
}

/** A Redis as Kong reaches it. */
export interface KongRedisModel {
  /** Absent = the gateway's own. */
  readonly host?: string;
  readonly port: number;
  readonly database: number;
  readonly tls: boolean;
  readonly username?: string;
  readonly passwordSecret?: SecretKeyModel;
}

/** One path of a service. */
export interface KongDirectRouteModel {
  /** `agents`, or `agents.v1` for the path that names the version. */
  readonly name: string;
  /** Base path and version included. */
  readonly path: string;
  /** What takes its place at the backend. */
  readonly backendPath: string;
  readonly version?: string;
  /** Of the callers' plans, those that may use the version, sorted; absent = all. */
  readonly plans?: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly connectSeconds: number;
  readonly idleSeconds: number;
  readonly bodyLimitBytes: number;
}

/** A tenant as Kong knows it. Exactly one of `apiKeySecret` and `jwt` is there. */
export interface KongConsumerModel {
  readonly tenant: string;
  readonly plan: string;
  readonly windows: readonly RequestWindowModel[];
  readonly onStoreOutage: 'open' | 'closed';
  readonly apiKeySecret?: SecretKeyModel;
  readonly jwt?: KongJwtModel;
}

/** An issuer whose tokens are one tenant's. */
export interface KongJwtModel {
  readonly issuer: string;
  readonly algorithm: string;
  /** PEM. */
  readonly publicKey: string;
}

/** What the objects name of the Kong that is in the cluster under its ingress controller. */
export interface KongControllerModel {
  /** Namespace that Kong's pods run in, for the NetworkPolicy. */
  readonly namespace: string;
  readonly ingressClass: string;
  /** Gateway that the route hangs on, in place of an Ingress. */
  readonly gateway?: { readonly name: string; readonly namespace?: string };
  /** Absent = no guard. */
  readonly floodGuard?: KongFloodGuardModel;
  readonly tls?: TlsModel;
  /** Absent where every service goes through the router. */
  readonly direct?: KongDirectModel;
}

/** Bound on the requests of one address, whose address Kong knows by its trusted proxies. */
export type KongFloodGuardModel = Pick<FloodGuardModel, 'requestsPerSecond' | 'burst'>;

/** The router's Deployment and its bounds. */
export interface RouterModel {
  /** Image with the router inside; absent = a stock Node image and the program from a ConfigMap. */
  readonly image?: string;
  readonly nodeImage: string;
  readonly replicasMin: number;
  readonly replicasMax: number;
  readonly cpuMillicores: number;
  readonly memoryMebibytes: number;
  readonly terminationGraceSeconds: number;
  readonly apiKeysSecret?: SecretKeyModel;
  /** Private keys for service tokens. */
  readonly signingKeySecret?: SecretKeyModel;
  /** Names of the Secrets that backends need, sorted; absent = none. */
  readonly backendSecrets?: readonly string[];
}

/** Exactly one member is there. */
export interface StoreModel {
  readonly managed?: ManagedRedisModel;
  readonly external?: ExternalRedisModel;
}

/** A Redis that is there already. At most one of `sentinelMaster` and `cluster` is there. */
export interface ExternalRedisModel {
  readonly urlSecret: SecretKeyModel;
  /** Certificates in PEM form; absent where those that Node trusts will do. */
  readonly caSecret?: SecretKeyModel;
  readonly sentinelMaster?: string;
  readonly cluster?: true;
}

/** The Redis that the gateway brings. */
export interface ManagedRedisModel {
  readonly image: string;
  readonly memoryMebibytes: number;
  readonly passwordSecret?: SecretKeyModel;
  /** Labels of pods besides the router's that may reach it; absent = none. */
  readonly writers?: Readonly<Record<string, string>>;
  /** Absent = counters live in memory and start at zero after a restart. */
  readonly persistence?: { readonly sizeGibibytes: number; readonly storageClass?: string };
}

/** Where the router sends spans, and which. */
export interface TracingModel {
  /** Without the path of the signal. */
  readonly endpoint: string;
  /** Headers for the collector. */
  readonly headersSecret?: SecretKeyModel;
  readonly samplePercent: number;
}
