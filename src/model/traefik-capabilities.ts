/**
 * What Traefik cannot keep where a service is `via: 'edge'`, and what it keeps in another way. Traefik asks the router by
 * ForwardAuth: the router decides as ever, but sees neither bodies nor answers.
 */
import type { Lack } from './capabilities';

/** What Traefik 3.6 and 3.7 cannot keep for a service that is `via: 'edge'`; each is a problem where a prop asks for it. */
export const TRAEFIK_LACKS = {
  models: {
    props: '`models`, also of `versions` and `variants`',
    expected: 'no models, as Traefik asks the router before there is a body',
    fix: 'remove them',
  },
  bodyLimit: {
    props: '`bodyLimitBytes`, also the gateway’s',
    expected: 'no limit on bodies, which Traefik can only hold to by keeping answers back',
    fix: 'remove it, or set it at the services that go through the router',
  },
  idle: {
    props: '`timeouts.idleSeconds`, also the gateway’s',
    expected: 'no idleSeconds, as Traefik does not watch what runs',
    fix: 'remove it, or set it at the services that go through the router',
  },
  backends: {
    props: '`url`, `tls`, `headers`, `credential` of a backend',
    expected: 'a Service that takes plain HTTP, as the rest is the router’s to do',
    fix: 'remove it',
  },
  otherNamespace: {
    props: '`namespace` of a backend, without `edge.traefik.crossNamespace`',
    expected: 'a Service in the gateway’s own namespace, as Traefik takes no other unless it is told to',
    fix: 'remove it, or set edge.traefik.crossNamespace if that Traefik has allowCrossNamespace',
  },
  failover: {
    props: '`failover`, `circuitBreaker`, `fallbacks` of a backend',
    expected: 'nothing about backends that fail, which the router sees to',
    fix: 'remove it',
  },
  transforms: {
    props: '`requestHeaders`, `responseHeaders`, `requestJson`, `responseJson`',
    expected: 'no changes of headers and JSON, which the router makes',
    fix: 'remove them',
  },
  concurrency: {
    props: '`plans.*.concurrentRequests`',
    expected: 'no limit on requests at the same time, as nobody tells the router when one has ended',
    fix: 'remove it, or use requestsPerMinute',
  },
  tokens: {
    props: '`plans.*.tokensPerMinute`, `plans.*.tokensPerDay`',
    expected: 'no limit on tokens of models, as the router does not see answers',
    fix: 'remove it, or use requestsPerMinute',
  },
  nested: {
    props: '`path` below which a service is that goes through the router',
    expected: 'a path that no service of the router is below',
    fix: 'move one of the two, or set via: edge at both',
  },
} as const satisfies Record<string, Lack>;

/** What is kept in another way there, and is no problem. */
export const TRAEFIK_DIFFERENCES: readonly string[] = [
  'What a backend answers tells nothing of limits: `RateLimit`, `RateLimit-Policy` and `X-Gateway-Degraded` are on refusals alone. `X-Request-Id` is on answers of backends that repeat it; every backend gets it.',
  '`Link` on an answer of a deprecated version leads to the service in the successor, not to the same path there.',
  'A backend that cannot be reached, breaks off or is too late gives Traefik’s own 502 or 504, in plain text; a stream that breaks off ends the connection, without an event.',
  'A header that a backend names in `Connection` beside `close` reaches the client, as Go forgets that it was named.',
  'A body has no limit, and neither a body nor a stream has a time between two pieces.',
  'While no router answers, Traefik answers 500 to everything: nobody is let in unasked.',
  'The router’s log and metrics tell of decisions: a 204 stands for a request that went on, however it ended.',
  'The flood guard counts for each service by itself, and for the rest of the gateway.',
];
