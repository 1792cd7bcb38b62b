/** What Kong is told, in its own terms but in neither of its written forms. */

/** Where Kong sends requests. */
export interface KongService {
  readonly name: string;
  readonly host: string;
  readonly port: number;
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
  readonly protocols: readonly ('http' | 'https')[];
  /** In the order in which Kong runs them, which is by the plugins' own priorities. */
  readonly plugins: readonly KongPlugin[];
}

/** One plugin on the route. */
export interface KongPlugin {
  /** What it is for, in our words; part of an object's name. */
  readonly purpose: 'request-guard' | 'request-id' | 'cors' | 'flood-guard' | 'answer-headers';
  /** Kong's name of it. */
  readonly name: 'pre-function' | 'correlation-id' | 'cors' | 'rate-limiting' | 'response-transformer';
  readonly config: Readonly<Record<string, unknown>>;
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
