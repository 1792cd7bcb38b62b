/**
 * The headers that a backend gets (contract I3, I4, H1, H4): the client's as they came, without what is about the
 * connection or belongs to the gateway, and then the gateway's own.
 */
import type { BackendCredentialModel, BackendModel } from '../../model/gateway-model';
import {
  IDENTITY_HEADERS,
  isIdentityHeader,
  REPLACED_HEADERS as REPLACED,
  VOUCHED_HEADERS as VOUCHED,
} from '../../model/headers';
import { HOP_BY_HOP } from '../../model/protected-headers';
import type { CompiledGateway } from '../compiled-gateway';
import type { Exchange } from '../exchange';
import { memoByName } from '../http/name-memo';
import { readableCodings } from '../usage/decoder';
import { changeHeaders } from './header-changes';
import { namedByConnection } from './hop-by-hop';
import { isCallersOwn } from './stranger';

/**
 * `codings`: where tokens are counted, answers must be in codings that the router can read. `trace`: belongs to the client's `traceparent` and goes with it (W3C Trace
 * Context, "tracestate").
 */
type Use = 'pass' | 'drop' | 'forwarded' | 'authorization' | 'trace' | 'codings';

const useOf = memoByName((name): Use => {
  if (HOP_BY_HOP.has(name) || REPLACED.has(name) || isIdentityHeader(name)) return 'drop';
  if (name === 'authorization') return 'authorization';
  if (name === 'tracestate') return 'trace';
  if (name === 'accept-encoding') return 'codings';
  const plain = name.replace(/[^a-z0-9]/g, '-');
  if (plain === 'forwarded' || plain === 'x-real-ip' || plain.startsWith('x-forwarded-')) {
    return VOUCHED.has(name) ? 'forwarded' : 'drop';
  }
  // `X_Request_Id`, `Transfer_Encoding`: a backend could take it for the header that the router sets, or leaves out.
  if (plain === name) return 'pass';
  return REPLACED.has(plain) || HOP_BY_HOP.has(plain) || plain === 'authorization' ? 'drop' : 'pass';
});

/** The head of a request as it is sent, in Latin-1, as Node read it. */
export function headText(
  exchange: Exchange,
  path: string,
  headers: readonly string[],
  framing: string,
): string {
  let text = `${exchange.request.method} ${path}${exchange.query} HTTP/1.1\r\n`;
  for (let at = 0; at < headers.length; at += 2) text += `${headers[at]}: ${headers[at + 1]}\r\n`;
  return `${text}${framing}\r\n`;
}

/** Headers for the backend, names and values in turn, without those that frame the body. */
export function backendHeaders(
  gateway: CompiledGateway,
  exchange: Exchange,
  backend: BackendModel,
): string[] {
  const { request } = exchange;
  const headers = ['host', hostOf(backend)];
  const { stranger } = backend;
  const named = namedByConnection(request.headers.connection);
  const trusted = gateway.trustsForwarded && stranger === undefined;
  let authorization = passesAuthorization(exchange);
  let forwardedFor: string | undefined;
  const raw = request.rawHeaders;
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] as string;
    let value = raw[at + 1] as string;
    const use = useOf(name);
    if (use === 'drop' || named?.has(name.toLowerCase())) continue;
    if (stranger && isCallersOwn(name)) continue;
    if (use === 'codings' && exchange.meter !== undefined) value = readableCodings(value);
    if (use === 'trace' && !exchange.continuesTrace) continue;
    if (use === 'authorization') {
      // The first one was verified; a second one would reach the backend unverified.
      if (!authorization) continue;
      authorization = false;
    } else if (use === 'forwarded') {
      if (!trusted) continue;
      if (name.toLowerCase() === 'x-forwarded-for') {
        forwardedFor = forwardedFor === undefined ? value : `${forwardedFor}, ${value}`;
        continue;
      }
    }
    headers.push(name, value);
  }
  const changes = exchange.route?.service.requestHeaders;
  if (changes !== undefined) changeHeaders(headers, 2, changes);
  if (exchange.serviceToken !== undefined && stranger === undefined) {
    headers.push('authorization', `Bearer ${exchange.serviceToken}`);
  }
  if (backend.requestHeaders !== undefined) changeHeaders(headers, 2, backend.requestHeaders);
  headers.push('x-request-id', exchange.requestId, 'traceparent', exchange.traceparent);
  if (stranger === undefined) {
    addForwarded(headers, gateway, exchange, forwardedFor);
    addIdentity(headers, exchange);
  }
  if (backend.credential !== undefined) addCredential(headers, gateway, backend, backend.credential);
  return headers;
}

/** A Bearer that is an API key is the gateway's credential, like `X-API-Key`; with a key there is no other Bearer. */
function passesAuthorization({ caller, serviceToken }: Exchange): boolean {
  return caller?.via !== 'api-key' && serviceToken === undefined;
}

/**
 * What an edge puts in place of the client's own headers before it sends a request on by itself: names and values in turn.
 * The rest of the client's headers it leaves out or lets through by a pattern that is made of the same names.
 */
export function decisionHeaders(exchange: Exchange): string[] {
  const { serviceToken } = exchange;
  const { authorization, tracestate } = exchange.request.headers;
  const headers = ['x-request-id', exchange.requestId, 'traceparent', exchange.traceparent];
  if (typeof tracestate === 'string' && exchange.continuesTrace) headers.push('tracestate', tracestate);
  if (serviceToken !== undefined) headers.push('authorization', `Bearer ${serviceToken}`);
  else if (authorization !== undefined && passesAuthorization(exchange)) {
    headers.push('authorization', authorization);
  }
  addIdentity(headers, exchange);
  return headers;
}

/** Without the port that goes without saying. */
function hostOf({ host, port, tls }: BackendModel): string {
  return port === (tls === undefined ? 80 : 443) ? host : `${host}:${port}`;
}

/** What the client sent under this name has been dropped by then. */
function addCredential(
  headers: string[],
  gateway: CompiledGateway,
  backend: BackendModel,
  { header, prefix }: BackendCredentialModel,
): void {
  const secret = gateway.credentials.get(backend);
  if (secret !== undefined) headers.push(header, prefix + secret.value);
}

function addForwarded(
  headers: string[],
  gateway: CompiledGateway,
  exchange: Exchange,
  forwardedFor: string | undefined,
): void {
  const { request, route } = exchange;
  const peer = peerAddress(request.remoteAddress);
  headers.push('x-forwarded-for', forwardedFor === undefined ? peer : `${forwardedFor}, ${peer}`);
  if (!gateway.trustsForwarded) {
    headers.push('x-forwarded-proto', 'http');
    if (request.headers.host !== undefined) headers.push('x-forwarded-host', request.headers.host);
  }
  if (route !== undefined && route.prefix !== '') headers.push('x-forwarded-prefix', route.prefix);
}

/** Without the form that IPv4 takes on an IPv6 socket (RFC 4291 section 2.5.5.2). */
function peerAddress(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}

function addIdentity(headers: string[], exchange: Exchange): void {
  const { caller, admission } = exchange;
  if (caller === undefined || admission === undefined) return;
  headers.push(IDENTITY_HEADERS.subject, headerText(caller.subject));
  if (caller.tenant !== undefined) headers.push(IDENTITY_HEADERS.tenant, headerText(caller.tenant));
  headers.push(IDENTITY_HEADERS.plan, admission.plan.name);
  if (admission.version.name !== '') headers.push(IDENTITY_HEADERS.version, admission.version.name);
  if (admission.variant !== undefined) headers.push(IDENTITY_HEADERS.variant, admission.variant);
}

/**
 * A claim as header text. A claim that is not printable ASCII, or has a space or a percent sign, is percent-encoded as
 * UTF-8, all of these characters of it, so that no two claims look the same to a backend.
 */
export function headerText(claim: string): string {
  if (!/[^\x21-\x7e]|%/.test(claim)) return claim;
  return claim.replace(/[^\x21-\x7e]+|%/gu, (part) =>
    Buffer.from(part, 'utf8').toString('hex').toUpperCase().replace(/../g, '%$&'),
  );
}
