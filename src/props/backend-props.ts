/** Where the requests of a service go. */
import type { SecretKeyProps } from './workload-props';

/** Where requests are sent: a Kubernetes Service with its port, or a host by its URL. */
export interface FallbackProps {
  /**
   * Name of the Service.
   * @default - none, `url` says where
   * @problem AGW_NAME not a Service's name
   * @problem AGW_ONE_OF not exactly one of `service` and `url`
   */
  readonly service?: string;

  /**
   * Port of the Service.
   * Range: 1 to 65_535, whole.
   * @default - none, for a `url`; a Service needs it
   * @problem AGW_NUMBER_RANGE outside the range
   * @problem AGW_UNUSED beside `url`, which can name a port
   */
  readonly port?: number;

  /**
   * Namespace of the Service.
   * @default - the gateway's own
   * @problem AGW_NAME not a namespace's name
   * @problem AGW_UNUSED beside `url`
   * @problem AGW_EDGE_CANNOT not given, for a service that is `via: 'edge'` under Kong's ingress controller
   */
  readonly namespace?: string;

  /**
   * Path that takes the place of base path, version and service path: with `/v1`, `/api/v2/agents/chat` arrives as
   * `/v1/chat`; with `/`, as `/chat`.
   * @default - base path and version alone are cut off, and it arrives as `/agents/chat`
   * @problem AGW_PATH not a path
   * @problem AGW_UNUSED beside `url`, which has a path of its own
   */
  readonly path?: string;

  /**
   * Host in place of a Service: `https://api.openai.com/v1`, whose path takes the place of base path, version and
   * service path. Spoken to by TLS; the host counts as a stranger unless it is `trusted`.
   * @default - none, `service` says where
   * @problem AGW_URL not https, or with user, query or fragment, or with a path that is not plain
   * @problem AGW_EDGE_CANNOT of a service that is `via: 'edge'`
   */
  readonly url?: string;

  /**
   * Whether the host of `url` is the user's own and gets what a Service gets.
   * Security: a stranger gets no identity headers, no `Authorization` of the client, no cookies, and no addresses.
   * @default false
   * @problem AGW_UNUSED beside `service`, which is trusted
   */
  readonly trusted?: boolean;

  /**
   * TLS to the backend.
   * @default - plain HTTP to a Service; for a `url` as with `{}`
   * @problem AGW_EDGE_CANNOT of a service that is `via: 'edge'`
   */
  readonly tls?: BackendTlsProps;

  /**
   * Headers that this backend gets, in place of those of their name.
   * @default - none but those of the client, and of `requestHeaders` of the service
   * @problem AGW_HEADER not a header's name
   * @problem AGW_HEADER_VALUE not a header's value
   * @problem AGW_HEADER_PROTECTED the gateway's, a credential, or about one connection
   * @problem AGW_DUPLICATE the header of `credential`, or twice
   * @problem AGW_EDGE_CANNOT of a service that is `via: 'edge'`
   */
  readonly headers?: Readonly<Record<string, string>>;

  /**
   * Key that the router shows to the backend, in place of what the client sends in that header.
   * @default - none
   * @problem AGW_EDGE_CANNOT of a service that is `via: 'edge'`
   */
  readonly credential?: BackendCredentialProps;
}

/** How the router and a backend know each other. The backend's certificate is always checked. */
export interface BackendTlsProps {
  /**
   * Authorities whose certificates are believed, as PEM in a Secret of the gateway's namespace. Read again when it
   * changes.
   * @default - the public authorities that Node brings
   * @problem AGW_SECRET_PLAIN not a reference to a Secret
   */
  readonly caSecret?: SecretKeyProps;

  /**
   * Name of a Secret of type `kubernetes.io/tls`, whose certificate the router shows. Read again when it changes.
   * @default - none, the router shows no certificate
   * @problem AGW_NAME not a Secret's name
   */
  readonly clientSecretName?: string;

  /**
   * Name that the router asks for (SNI) and that must be in the certificate.
   * @default - the host of the backend
   * @problem AGW_HOST not a DNS name
   */
  readonly serverName?: string;
}

/** A key for a backend, such as that of a model provider. */
export interface BackendCredentialProps {
  /**
   * Where the key is, in a Secret of the gateway's namespace. Read again when it changes.
   * @problem AGW_SECRET_PLAIN not a reference to a Secret
   */
  readonly secret: SecretKeyProps;

  /**
   * Header that the key goes into.
   * @default 'Authorization'
   * @problem AGW_HEADER not a header's name
   * @problem AGW_HEADER_PROTECTED the gateway's, or about one connection
   */
  readonly header?: string;

  /**
   * Word before the key, without spaces.
   * @default - `Bearer` in `Authorization`, nothing in another header
   */
  readonly scheme?: string;
}

/** Where requests are sent, and where they go on to. */
export interface BackendProps extends FallbackProps {
  /**
   * Backends that get a request when this one fails it, in this order; the same one may stand here again, to be tried
   * twice. `failover` of the service says what a failure is. Each has the service's `timeouts` to itself. A WebSocket goes
   * on to the next one while its handshake has not been answered.
   * Range: at least one.
   * @default - none, the client gets the failure
   * @problem AGW_EDGE_CANNOT of a service that is `via: 'edge'`
   */
  readonly fallbacks?: readonly FallbackProps[];
}

/** Where requests go: to one backend, or by the `model` in their JSON body. */
export interface TargetProps {
  /** Where requests go that `models` sends nowhere else. */
  readonly backend: BackendProps;

  /**
   * Backends by the top-level `model` of the JSON body: a name, or a prefix with `*` at its end. An exact name wins,
   * then the longest prefix, then `backend`.
   * @default - the body is not read
   * @problem AGW_MODEL_PATTERN a `*` before the end
   * @problem AGW_UNUSED of a service with variants, or of whose versions each has a target of its own
   */
  readonly models?: Readonly<Record<string, BackendProps>>;
}
