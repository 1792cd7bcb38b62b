/** One thing wrong with the props, as data. The table says what each code means; `docs/problems.md` is made from it. */
export interface Problem {
  readonly code: ProblemCode;
  /** Place in the props, as the user wrote it: `services.agents.models["claude-3*"].port`. */
  readonly path: string;
  /** What was found there, already written as text; `(secret)` in place of a secret. */
  readonly got: string;
  /** What may stand there. */
  readonly expected: string;
  /** What to do about it. */
  readonly fix: string;
}

/** Codes are stable: programs may compare them. */
export type ProblemCode = keyof typeof PROBLEMS;

/** Every code with its meaning. */
export const PROBLEMS = {
  AGW_TYPE: 'A value has another type than the prop.',
  AGW_UNKNOWN_KEY: 'A key is not a prop of this object.',
  AGW_REQUIRED: 'A prop that is needed is missing.',
  AGW_ONE_OF: 'An object must have exactly one of several keys, or at least one of them.',
  AGW_EMPTY: 'A list or map needs at least one entry.',
  AGW_NUMBER_RANGE: 'A number is outside its range or not whole.',
  AGW_ENUM: 'A word is not one of the words that are allowed.',
  AGW_NAME: 'A name is not a lower-case RFC 1123 label.',
  AGW_HOST: 'A host is not a DNS name.',
  AGW_PATH: 'A path is not absolute, not plain, or ends with a slash.',
  AGW_URL: 'A URL cannot be read, or has a scheme that is not allowed there.',
  AGW_METHOD: 'A method is not an upper-case HTTP method.',
  AGW_HEADER: 'A header name is not an HTTP token.',
  AGW_HEADER_VALUE: 'A header value has characters that no header may have, or is empty.',
  AGW_HEADER_PROTECTED: 'A header is changed that is not for services to change.',
  AGW_JSON_PATH: 'A path or name of a JSON field is empty somewhere, or a new name has a dot.',
  AGW_ORIGIN: 'A CORS origin is not scheme and host, with nothing after them.',
  AGW_PATTERN: 'A regular expression cannot be compiled, or uses what not every edge can do.',
  AGW_DATE: 'A date is not a calendar date (YYYY-MM-DD) or an RFC 3339 moment.',
  AGW_MODEL_PATTERN: 'A model pattern has a * before its end, or is empty.',
  AGW_JWK: 'A public key (JWK) has a member that does not fit its type, or lacks one.',
  AGW_PEM: 'A public key is not in PEM form.',
  AGW_CIDR: 'A range of addresses is not an IP address with or without the length of its prefix.',
  AGW_IMAGE: 'An image reference cannot be read.',
  AGW_DUPLICATE: 'Two entries of a list or map say the same.',
  AGW_ROUTE_SHADOWED: 'Two services, or a service and a version, claim the same path.',
  AGW_PLAN_UNKNOWN: 'A plan is named that is not among the plans.',
  AGW_PLAN_FORGOTTEN: 'Plans that are written into Redis would not survive its restart.',
  AGW_PLAN_DEFAULT: 'There are several plans and none is the default.',
  AGW_VERSION_UNKNOWN: 'A version is named that is not among the versions.',
  AGW_VERSION_DEFAULT: 'It is not clear which version is the default.',
  AGW_VERSION_DATES: 'The dates of a version contradict each other.',
  AGW_SERVICE_ABSENT: 'A service is left out of every version.',
  AGW_WEIGHT_SUM: 'Weights do not add up.',
  AGW_CORS_CREDENTIALS: 'Credentials cannot be allowed together with any origin.',
  AGW_SECRET_PLAIN: 'A secret is written in plain where a reference to a Secret belongs.',
  AGW_REPLICAS: 'The lower bound of replicas is above the upper one.',
  AGW_UNUSED: 'A prop would have no effect.',
  AGW_EDGE_CANNOT: 'The edge cannot do what a prop asks for.',
  AGW_EDGE_VERSION: 'A prop needs a later version of the edge than the one that is named.',
  AGW_FLOOD_GUARD_BELOW_PLAN: 'The flood guard would refuse callers who are within their plan.',
  AGW_CLUSTER_SLOT: 'What one request asks for would stand in two hash slots of a Redis Cluster.',
  AGW_NAMESPACE: 'The chart has no namespace, by which others would find its objects.',
  AGW_GATEWAY_SHADOWED:
    'Another gateway of the App takes requests that are this one’s, or the other way round.',
  AGW_OBJECT_NAME: 'Traefik could not tell an object from one of another gateway of the App.',
  AGW_TLS_CONFLICT: 'Two gateways of the App ask for different TLS on one host.',
  AGW_DOCUMENT_SIZE: 'The gateway is too large for one ConfigMap.',
} as const satisfies Record<`AGW_${string}`, string>;
