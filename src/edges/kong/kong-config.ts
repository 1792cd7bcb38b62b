/** What Kong is told, in its own terms but in neither of its written forms. */
import type { SecretKeyModel } from '../../model/gateway-model';

/** Everything that a Kong is told of one gateway. */
export interface KongConfig {
  /** All requests that are nobody else's. */
  readonly router: KongService;
  /** Services that Kong decides about by itself. */
  readonly direct: readonly KongService[];
  /** Who may use these. */
  readonly consumers: readonly KongConsumer[];
}

/** A tenant with its credential and its plan. Exactly one of `keySecret` and `jwt` is there. */
export interface KongConsumer {
  /** Plans are counted by it, so it differs from gateway to gateway: they may share a Redis. */
  readonly id: string;
  readonly username: string;
  /** Name of its plan. */
  readonly plan: string;
  /** Group by which routes let its plan in; absent where every plan may use every route. */
  readonly group?: { readonly id: string; readonly name: string };
  /** Of the credential: without one of ours, each pod would make up its own. */
  readonly credentialId: string;
  /** Stands in the file for an API key, until a pod starts. */
  readonly keyPlaceholder?: string;
  /** Name of the Secret with the API key. */
  readonly keySecret?: string;
  readonly jwt?: { readonly issuer: string; readonly algorithm: string; readonly publicKey: string };
  readonly plugins: readonly KongPlugin[];
}

/** Where Kong sends requests. */
export interface KongService {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** In front of what is left of a request's path. Absent = nothing. */
  readonly path?: string;
  readonly connectTimeoutMilliseconds: number;
  /** Longest pause while Kong waits for bytes of the router; longer than any patience of the router's own. */
  readonly idleTimeoutMilliseconds: number;
  /** Zero: a request that may have had an effect is never sent twice by Kong. The router knows which ones may be. */
  readonly retries: 0;
  readonly route: KongRoute;
}

/** Which requests go there, and what is done with them on the way. */
export interface KongRoute {
  readonly name: string;
  /** Lower case: Kong 3.9 compares hosts as they are written. */
  readonly hosts: readonly string[];
  /** Whole segments below it; `''` = everything. */
  readonly basePath: string;
  /** Whether the path above is cut off. */
  readonly stripPath: boolean;
  /** Whether the client's `Host` is passed on, in place of the service's. */
  readonly preserveHost: boolean;
  /** Of routes whose paths both fit, the one with the higher comes first. Absent = 0. */
  readonly regexPriority?: number;
  readonly protocols: readonly ('http' | 'https')[];
  /** In the order in which Kong runs them, which is by the plugins' own priorities. */
  readonly plugins: readonly KongPlugin[];
}

/** One plugin on the route. */
export interface KongPlugin {
  /** What it is for, in our words; part of an object's name. */
  readonly purpose:
    | 'request-guard'
    | 'request-id'
    | 'cors'
    | 'credential'
    | 'body-limit'
    | 'plans'
    | 'flood-guard'
    | 'plan'
    | 'answer-headers'
    | 'before-backend';
  /** Kong's name of it. */
  readonly name:
    | 'pre-function'
    | 'correlation-id'
    | 'cors'
    | 'jwt'
    | 'key-auth'
    | 'request-size-limiting'
    | 'acl'
    | 'rate-limiting'
    | 'response-transformer'
    | 'post-function';
  readonly config: Readonly<Record<string, unknown>>;
  /** Where the password of the Redis in `config.redis` is; absent = none. */
  readonly redisPassword?: SecretKeyModel;
}

/** Where Kong finds others. */
export interface KongPlaces {
  readonly router: RouterAddress;
  /** Host of the gateway's own Redis. */
  readonly redis: string;
  /** What Kong calls a tenant; unique among all consumers of that Kong. */
  readonly usernameOf: (tenant: string) => string;
}

/** Where the router is, as Kong sees it. */
export interface RouterAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * From clients to Kong with 308, which keeps method and body (RFC 9110 section 15.4.9); Kong's own 426 is one that no
 * browser follows.
 */
export const HTTPS_REDIRECT_STATUS = 308;

/**
 * Whole segments below a route's path. A plain one would take `/apix` for `/api`; of expressions, Kong's default router
 * takes no look-ahead.
 */
export function kongPath({ basePath, regexPriority }: KongRoute): string {
  if (basePath !== '') return `~${basePath.replaceAll('.', '\\.')}(?:/|$)`;
  // An expression comes before the router's plain path, which is the same one then.
  return regexPriority === undefined ? '/' : '~/';
}
