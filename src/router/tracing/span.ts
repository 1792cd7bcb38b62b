/**
 * One request as a span: an OTLP object in its JSON form. HTTP names are those of OpenTelemetry's semantic conventions
 * 1.45.0, `gen_ai` names those of its GenAI semantic conventions 0.1.0; the rest is the gateway's own. `docs/tracing.md`
 * is written from the table. A span names no caller: no subject, no address, no credential, no query, no body.
 */
import { ERRORS } from '../errors';
import type { Exchange } from '../exchange';

/** Of the semantic conventions whose names the spans use. */
export const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.45.0';

/** What spans say of a request, by the attribute's name. */
export interface SpanAttribute {
  readonly meaning: string;
  readonly type: 'string' | 'int' | 'double' | 'bool';
  /** `undefined` leaves the attribute out. */
  readonly of: (exchange: Exchange, facts: SpanFacts) => string | number | boolean | undefined;
}

/** What does not stand in the exchange. */
export interface SpanFacts {
  /** Whether an edge in front says truly by which scheme the client came. */
  readonly trustsForwarded: boolean;
}

/** What clients choose does not make a span any longer. Unit: characters. */
const TEXT_MOST = 256;
const PATH_MOST = 1_024;
const STATE_MOST = 512;
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY']);
const SERVER_KIND = 2;
const STATUS_ERROR = 2;

/** Every attribute. */
export const SPAN_ATTRIBUTES: Readonly<Record<string, SpanAttribute>> = {
  'http.request.method': {
    meaning: 'Method; `_OTHER` for one that HTTP does not know.',
    type: 'string',
    of: ({ request }) => methodOf(request.method),
  },
  'http.route': {
    meaning: 'Base path, version in the path, and path of the service.',
    type: 'string',
    of: routeOf,
  },
  'http.response.status_code': {
    meaning: 'Status that the client got; absent where it left before.',
    type: 'int',
    of: ({ status }) => status || undefined,
  },
  'http.request.body.size': { meaning: 'Bytes.', type: 'int', of: ({ bytesIn }) => bytesIn },
  'http.response.body.size': { meaning: 'Bytes.', type: 'int', of: ({ bytesOut }) => bytesOut },
  'error.type': {
    meaning: 'Code of the error, or the status, where the answer is the fault of gateway or backend.',
    type: 'string',
    of: errorOf,
  },
  'url.path': { meaning: 'Path as it was sent.', type: 'string', of: ({ path }) => path.slice(0, PATH_MOST) },
  'url.scheme': {
    meaning: "The client's, where an edge in front tells it.",
    type: 'string',
    of: ({ request }, { trustsForwarded }) => {
      const said = trustsForwarded ? request.headers['x-forwarded-proto'] : undefined;
      return said === 'https' ? 'https' : 'http';
    },
  },
  'server.address': {
    meaning: 'Host that the client asked for, without its port.',
    type: 'string',
    of: ({ request }) => request.headers.host?.replace(/:\d*$/, '').slice(0, TEXT_MOST),
  },
  'network.protocol.version': {
    meaning: 'Of HTTP, between edge and router.',
    type: 'string',
    of: ({ request }) => (request.head.isHttp11 ? '1.1' : '1.0'),
  },
  'user_agent.original': {
    meaning: 'Program of the client, as it calls itself.',
    type: 'string',
    of: ({ request }) => request.headers['user-agent']?.slice(0, TEXT_MOST),
  },
  'gen_ai.request.model': {
    meaning: 'The `model` of the body, where a service routes by it.',
    type: 'string',
    of: ({ modelName }) => modelName?.slice(0, TEXT_MOST),
  },
  'gen_ai.response.time_to_first_chunk': {
    meaning: 'Seconds from the head of the request to the first byte of a stream.',
    type: 'double',
    of: (exchange) => (exchange.streams ? firstByteSeconds(exchange) : undefined),
  },
  'agent_gateway.time_to_first_byte': {
    meaning: 'The same, of every answer.',
    type: 'double',
    of: firstByteSeconds,
  },
  'agent_gateway.request_id': {
    meaning: 'The `X-Request-Id` of request, answer and log.',
    type: 'string',
    of: ({ requestId }) => requestId,
  },
  'agent_gateway.service': { meaning: 'Service.', type: 'string', of: ({ route }) => route?.name },
  'agent_gateway.version': {
    meaning: 'Version that the request went to.',
    type: 'string',
    of: ({ admission }) => admission?.version.name || undefined,
  },
  'agent_gateway.variant': {
    meaning: 'Variant of an A/B test.',
    type: 'string',
    of: ({ admission }) => admission?.variant,
  },
  'agent_gateway.backend': { meaning: 'Backend.', type: 'string', of: ({ backend }) => backend?.id },
  'agent_gateway.plan': {
    meaning: "The caller's plan.",
    type: 'string',
    of: ({ admission }) => admission?.plan.name,
  },
  'agent_gateway.tenant': {
    meaning: "The caller's organisation.",
    type: 'string',
    of: ({ caller }) => caller?.tenant?.slice(0, TEXT_MOST),
  },
  'agent_gateway.code': {
    meaning: 'Code of the refusal or failure.',
    type: 'string',
    of: ({ code }) => code,
  },
  'agent_gateway.limit': {
    meaning: 'Window or bound that refused the request.',
    type: 'string',
    of: ({ limits }) => limits?.refusedBy,
  },
  'agent_gateway.aborted': {
    meaning: 'The answer did not reach its end.',
    type: 'bool',
    of: ({ aborted }) => aborted || undefined,
  },
};

/** The text of an exchange's span; called once, at its end, and only where there is one. */
export function spanText(exchange: Exchange, facts: SpanFacts): string {
  const span = exchange.span as NonNullable<Exchange['span']>;
  // The end by the wall clock and the rest by the other one: a clock that is set in between makes no span negative.
  const endMicroseconds = Date.now() * 1_000;
  const duration = Math.round((performance.now() - exchange.startedAt) * 1_000);
  const method = methodOf(exchange.request.method);
  const route = routeOf(exchange);
  const name = method === '_OTHER' ? 'HTTP' : method;
  const tracestate = exchange.continuesTrace ? exchange.request.headers.tracestate : undefined;
  return JSON.stringify({
    traceId: span.traceId,
    spanId: span.spanId,
    ...(typeof tracestate === 'string' && tracestate.length <= STATE_MOST ? { traceState: tracestate } : {}),
    ...(span.parentSpanId === undefined ? {} : { parentSpanId: span.parentSpanId }),
    name: route === undefined ? name : `${name} ${route}`,
    kind: SERVER_KIND,
    startTimeUnixNano: `${endMicroseconds - duration}000`,
    endTimeUnixNano: `${endMicroseconds}000`,
    attributes: attributesOf(exchange, facts),
    status: errorOf(exchange) === undefined ? {} : { code: STATUS_ERROR },
  });
}

function attributesOf(exchange: Exchange, facts: SpanFacts): object[] {
  const attributes: object[] = [];
  for (const key in SPAN_ATTRIBUTES) {
    const { type, of } = SPAN_ATTRIBUTES[key] as SpanAttribute;
    const value = of(exchange, facts);
    // 64-bit integers are texts in the JSON form of Protocol Buffers.
    if (value !== undefined)
      attributes.push({ key, value: { [`${type}Value`]: type === 'int' ? `${value}` : value } });
  }
  return attributes;
}

function methodOf(method = ''): string {
  return METHODS.has(method) ? method : '_OTHER';
}

function routeOf({ route }: Exchange): string | undefined {
  return route === undefined ? undefined : `${route.prefix}${route.service.path}` || '/';
}

function firstByteSeconds({ firstByteAt, startedAt }: Exchange): number | undefined {
  return firstByteAt === 0 ? undefined : Math.round((firstByteAt - startedAt) * 1_000) / 1_000_000;
}

/** A client's mistake is no error of the server (semantic conventions of HTTP, "Status"). */
function errorOf({ code, status }: Exchange): string | undefined {
  if (code !== undefined && ERRORS[code].status >= 500) return code;
  return status >= 500 ? String(status) : undefined;
}
