/**
 * What is true of a gateway once its props are resolved: plain data, no functions, no undefined values.
 * Written as JSON it is the router's configuration. `resolve/` makes it; the decisions beside this file,
 * the edges, the router and the tests read it. Nothing here knows Kubernetes objects or sockets.
 */

/** Version of the JSON form. A router refuses a document of another format at start. */
export const MODEL_FORMAT = 1;

/** Everything that decides how one request is treated. */
export interface GatewayModel {
  readonly format: typeof MODEL_FORMAT;
  /** Host names, lower case, sorted. */
  readonly hosts: readonly string[];
  /** `''`, or a path without a trailing slash such as `/api`. */
  readonly basePath: string;
  readonly identity: IdentityModel;
  /** By plan name. */
  readonly plans: Readonly<Record<string, PlanModel>>;
  /** The plan of callers for whom nothing else names one that exists. */
  readonly defaultPlan: string;
  /** Absent = a plan that nothing names is the default one, and nobody is asked. */
  readonly planLookup?: PlanLookupModel;
  /** By tenant name. */
  readonly tenants: Readonly<Record<string, TenantModel>>;
  /** By version name; empty when paths carry no version. */
  readonly versions: Readonly<Record<string, VersionModel>>;
  /** Takes what neither path, pin nor weight sends elsewhere; `''` when there are no versions. */
  readonly defaultVersion: string;
  /** By service name. */
  readonly services: Readonly<Record<string, ServiceModel>>;
  /** By backend id: `<host>:<port>` and the path, if any; a number behind it where that is not enough. */
  readonly backends: Readonly<Record<string, BackendModel>>;
  readonly cors?: CorsModel;
  /** Set on every response, lower-case names. */
  readonly securityHeaders: Readonly<Record<string, string>>;
  /** What the edge in front does, so that the router does not do it again. */
  readonly edgeDuties: readonly EdgeDuty[];
  /** Replicas that may share the limits at most; a replica that is cut off from the store enforces its share. */
  readonly replicasMax: number;
}

/** Work that either the edge or the router does, never both. */
export type EdgeDuty = 'cors' | 'security-headers' | 'forwarded-headers';

/** How callers are verified. There is an issuer, or API keys are accepted, or both. */
export interface IdentityModel {
  /** Issuers of tokens, sorted; each issues under another name. */
  readonly issuers: readonly IssuerModel[];
  /** Whether API keys are accepted. Where they are found is told to the router by its pod. */
  readonly apiKeys: boolean;
  /** Names of claims that services require, sorted: kept of every token. */
  readonly requiredClaims: readonly string[];
  /** Absent = the router signs nothing. Where the keys are is told to the router by its pod. */
  readonly serviceTokens?: { readonly issuer: string };
}

/** One issuer of JSON Web Tokens. `jwksUrl`, `keys`, or both are there. */
export interface IssuerModel {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl?: string;
  /** Public keys that count beside those of the URL, and before them. */
  readonly keys?: readonly JwkModel[];
  /** JWS algorithms that are accepted; never an HMAC one, never `none`. */
  readonly algorithms: readonly string[];
  readonly clockToleranceSeconds: number;
  /** Claim names. */
  readonly claims: ClaimsModel;
}

/** Names of claims. */
export interface ClaimsModel {
  readonly subject: string;
  readonly tenant: string;
  readonly plan: string;
  readonly scopes: string;
}

/** A public key (JWK, RFC 7517) with the members of its type. */
export type JwkModel = Readonly<Record<string, string>>;

/** What one caller may use. */
export interface PlanModel {
  readonly windows: readonly WindowModel[];
  /** Requests in flight at once; absent = no limit. */
  readonly concurrentRequests?: number;
  readonly onStoreOutage: OutagePolicy;
  /** Who shares the plan's limits; absent = nobody, each caller has them. */
  readonly limitBy?: 'tenant' | 'service';
  /** Patterns of the models that the plan may name; absent = all. */
  readonly models?: readonly string[];
  /** Versions that the plan may use; absent = all. */
  readonly versions?: readonly string[];
}

/** Where the store says the plan of callers for whom neither key, tenant nor token names one. */
export interface PlanLookupModel {
  /** Stands before the digest of the subject. */
  readonly keyPrefix: string;
}

/** What a plan's limits do while the store does not answer. */
export type OutagePolicy = 'open' | 'closed' | 'local';

/** A limit on what is used in a stretch of time. */
export type WindowModel = RequestWindowModel | TokenWindowModel;

/** A limit on requests, charged when they are admitted. */
export interface RequestWindowModel {
  readonly name: 'minute' | 'hour' | 'day';
  readonly requests: number;
}

/** A limit on the tokens of models, charged when backends have told them. */
export interface TokenWindowModel {
  readonly name: 'tokens-minute' | 'tokens-day';
  readonly tokens: number;
}

/** Names of windows, as clients read them in `RateLimit` headers and problem bodies. */
export type WindowName = WindowModel['name'];

/** An organisation that callers belong to. */
export interface TenantModel {
  readonly plan?: string;
  /** Version that the tenant's callers get when their path names none. */
  readonly version?: string;
}

/** One version of the API and where it is in its life. Moments are seconds since 1970 (UTC). */
export interface VersionModel {
  /** Share of the callers without a version in the path; the default version has what the others leave. */
  readonly weightPercent: number;
  readonly deprecatedAtSeconds?: number;
  readonly sunsetAtSeconds?: number;
  /** Version that clients should move to. */
  readonly successor?: string;
}

/** One service behind the gateway. */
export interface ServiceModel {
  /** Behind base path and version, such as `/agents`. */
  readonly path: string;
  /** Upper case; absent = every method. */
  readonly methods?: readonly string[];
  readonly bodyLimitBytes: number;
  readonly timeouts: TimeoutsModel;
  /** Absent = every caller may use it. */
  readonly requires?: RequirementsModel;
  /** Absent = the client's own credential goes on. */
  readonly serviceToken?: ServiceTokenModel;
  /** Present where a backend of the service has fallbacks. */
  readonly failover?: FailoverModel;
  /** Absent = no backend gets a rest. */
  readonly circuitBreaker?: CircuitBreakerModel;
  /** Of what backends get. */
  readonly requestHeaders?: HeaderChangesModel;
  /** Of what backends answer. */
  readonly responseHeaders?: HeaderChangesModel;
  /** Of JSON that backends get. */
  readonly requestJson?: JsonChangesModel;
  /** Of JSON that backends answer as a whole. */
  readonly responseJson?: JsonChangesModel;
  /** By version name, `''` for a gateway without versions. A version that is missing does not have the service. */
  readonly versions: Readonly<Record<string, ServiceVersionModel>>;
}

/** What a credential must say. */
export interface RequirementsModel {
  readonly scopes: readonly string[];
  /** Value by the claim's name. */
  readonly claims: Readonly<Record<string, string>>;
}

/** What the router signs for the backends of a service. */
export interface ServiceTokenModel {
  readonly audience: string;
  readonly ttlSeconds: number;
}

/** When a request goes on to the next backend. */
export interface FailoverModel {
  /** Sorted. */
  readonly statuses: readonly number[];
  /** Whether requests that are not idempotent go on after a backend has received them. */
  readonly repeatUnsafe: boolean;
  readonly budgetPercent: number;
}

/** When a backend gets a rest, and for how long. */
export interface CircuitBreakerModel {
  readonly consecutiveFailures: number;
  readonly openSeconds: number;
}

/** Changes of JSON objects. Paths are names with dots between them, as they are before the changes. */
export interface JsonChangesModel {
  /** New names, in the same object, by path. */
  readonly rename: Readonly<Record<string, string>>;
  /** Sorted. */
  readonly remove: readonly string[];
  /** Values of fields that are not there afterwards, by path. */
  readonly defaults: Readonly<Record<string, string | number | boolean>>;
}

/** `{ drop: ['x-debug', 'x-team'], put: ['x-team', 'search'] }` */
export interface HeaderChangesModel {
  /** Names as `foldedHeaderName` has them, sorted; what is set is dropped first. */
  readonly drop: readonly string[];
  /** Names in lower case and values in turn. */
  readonly put: readonly string[];
}

/** How long the router waits for backends. Parts of a second are allowed. */
export interface TimeoutsModel {
  readonly connectSeconds: number;
  readonly firstByteSeconds: number;
  readonly idleSeconds: number;
}

/** Where a service's requests go in one version: to its target, or split over variants. */
export interface ServiceVersionModel {
  readonly target: TargetModel;
  /** In the order of their names; empty = everything goes to `target`. */
  readonly variants: readonly VariantModel[];
}

/** One build of a service in an A/B test. */
export interface VariantModel {
  readonly name: string;
  readonly weightPercent: number;
  readonly target: TargetModel;
}

/** A backend and those that come after it. Values are backend ids. */
export interface BackendChainModel {
  readonly backend: string;
  /** In the order in which they are tried; absent = none. */
  readonly fallbacks?: readonly string[];
}

/** The backend of a request, by the `model` in its body where `models` has entries. */
export interface TargetModel extends BackendChainModel {
  /** In the order in which they are tried: exact names, then patterns, longest first. */
  readonly models: readonly ModelRouteModel[];
}

/** `{ pattern: 'claude-3*', backend: 'anthropic-agent-service:8000' }` */
export interface ModelRouteModel extends BackendChainModel {
  readonly pattern: string;
}

/** Where requests are sent. */
export interface BackendModel {
  readonly host: string;
  readonly port: number;
  /** Takes the place of base path, version and service path; absent = base path and version alone are cut off. */
  readonly path?: string;
  /** Absent = plain HTTP. */
  readonly tls?: BackendTlsModel;
  /** Of what this backend gets, after the service's changes. */
  readonly requestHeaders?: HeaderChangesModel;
  /** What the router proves itself with. */
  readonly credential?: BackendCredentialModel;
  /** Set for a host that is not the user's own, which learns nothing of the caller. */
  readonly stranger?: true;
}

/** TLS to a backend. */
export interface BackendTlsModel {
  /** For SNI, and what the certificate must be for. */
  readonly serverName: string;
  /** Certificates that are believed, as PEM; absent = the authorities that Node brings. */
  readonly caSecret?: SecretKeyModel;
  /** Name of the Secret with `tls.crt` and `tls.key`, which the router shows; absent = none. */
  readonly clientSecretName?: string;
}

/** `{ header: 'authorization', prefix: 'Bearer ', secret: { name: 'openai', key: 'api-key' } }` */
export interface BackendCredentialModel {
  /** Lower case. */
  readonly header: string;
  /** Before the Secret's value. */
  readonly prefix: string;
  readonly secret: SecretKeyModel;
}

/** One key of a Secret that the user made. */
export interface SecretKeyModel {
  readonly name: string;
  readonly key: string;
}

/** Which browser origins may read answers. */
export interface CorsModel {
  /** Exact origins, lower case; `['*']` = any. */
  readonly origins: readonly string[];
  /** Regular expressions over the whole origin. */
  readonly originPatterns: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly credentials: boolean;
  readonly maxAgeSeconds: number;
}
