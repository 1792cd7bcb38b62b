/**
 * What is true of a gateway's objects in the cluster: which edge, which TLS, how many replicas, which images.
 * Apart from `GatewayModel`, so that a change here does not restart routers that decide as before.
 */
export interface DeploymentModel {
  readonly edge: EdgeModel;
  readonly router: RouterModel;
  readonly store: StoreModel;
}

/** Exactly one member is there. */
export interface EdgeModel {
  readonly traefik?: TraefikModel;
  readonly none?: Readonly<Record<string, never>>;
}

/** What the objects name of the Traefik that is in the cluster. */
export interface TraefikModel {
  /** Namespace that Traefik's pods run in, for the NetworkPolicy. */
  readonly namespace: string;
  readonly httpEntryPoint: string;
  readonly httpsEntryPoint: string;
  /** Absent = no guard. */
  readonly floodGuard?: FloodGuardModel;
  readonly tls?: TlsModel;
}

/** Exactly one of `certResolver` and `secretName` is there. */
/** Bound on the requests of one address. */
export interface FloodGuardModel {
  readonly requestsPerSecond: number;
  /** Requests that pass at once. */
  readonly burst: number;
  /** Place from the end of `X-Forwarded-For` at which the client's address stands; 0 = the connection's address. */
  readonly forwardedForDepth: number;
}

export interface TlsModel {
  readonly certResolver?: string;
  readonly secretName?: string;
  readonly minVersion: '1.2' | '1.3';
}

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
}

/** Exactly one member is there. */
export interface StoreModel {
  readonly managed?: ManagedRedisModel;
  readonly external?: { readonly urlSecret: SecretKeyModel };
}

/** The Redis that the gateway brings. */
export interface ManagedRedisModel {
  readonly image: string;
  readonly memoryMebibytes: number;
  readonly passwordSecret?: SecretKeyModel;
  /** Absent = counters live in memory and start at zero after a restart. */
  readonly persistence?: { readonly sizeGibibytes: number; readonly storageClass?: string };
}

/** One key of a Secret that the user made. */
export interface SecretKeyModel {
  readonly name: string;
  readonly key: string;
}
