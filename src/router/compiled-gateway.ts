/** What is worked out of the model once, at start, so that no request has to. */
import { compileOrigins, type OriginMatcher, preflightHeaders } from '../model/cors';
import type { BackendModel, CorsModel, GatewayModel, ServiceModel } from '../model/gateway-model';
import { CORS_ANSWER_HEADERS, OWNED_ANSWER_HEADERS } from '../model/protected-headers';
import { compileRoutes, type RouteTable } from '../model/route';
import { JsonEditor } from './json-editor';
import { fitsHeader, needed, type SecretFile, type SecretFiles } from './secret-files';

/** A model, ready for requests. */
export interface CompiledGateway {
  readonly model: GatewayModel;
  readonly routes: RouteTable;
  /** Absent when there is no CORS, or the edge does it. */
  readonly cors?: CompiledCors;
  /** Names and values in turn; empty when the edge sets them. */
  readonly securityHeaders: readonly string[];
  /** Lower-case names of answer headers that are the router's to set, so a backend's own are dropped. */
  readonly ownedAnswerHeaders: ReadonlySet<string>;
  /** Whether `X-Forwarded-*` come from an edge that has replaced what clients sent. */
  readonly trustsForwarded: boolean;
  /** The keys of the backends that need one; read again when they change. */
  readonly credentials: ReadonlyMap<BackendModel, SecretFile>;
  /** Of the services that change JSON. */
  readonly jsonEditors: ReadonlyMap<ServiceModel, JsonEditors>;
}

/** What a service changes in JSON on its way in and out. */
export interface JsonEditors {
  readonly request?: JsonEditor;
  readonly response?: JsonEditor;
}

/** CORS, where it is the router's to do. */
export interface CompiledCors {
  readonly model: CorsModel;
  readonly allows: OriginMatcher;
  /** For preflights besides the headers of every answer. Names and values in turn. */
  readonly preflight: readonly string[];
}

/**
 * Made once, at start.
 *
 * @param secrets absent where no backend needs one
 * @throws FileContentError when the key of a backend cannot be read
 */
export function compileGateway(model: GatewayModel, secrets?: SecretFiles): CompiledGateway {
  const { cors, edgeDuties } = model;
  const doesCors = cors !== undefined && !edgeDuties.includes('cors');
  const securityHeaders = edgeDuties.includes('security-headers') ? {} : model.securityHeaders;
  return {
    model,
    routes: compileRoutes(model),
    ...(doesCors
      ? { cors: { model: cors, allows: compileOrigins(cors), preflight: flat(preflightHeaders(cors)) } }
      : {}),
    securityHeaders: flat(securityHeaders),
    ownedAnswerHeaders: new Set([
      ...OWNED_ANSWER_HEADERS,
      ...(doesCors ? CORS_ANSWER_HEADERS : []),
      ...Object.keys(securityHeaders).map((name) => name.toLowerCase()),
    ]),
    trustsForwarded: edgeDuties.includes('forwarded-headers'),
    credentials: credentialsOf(model, secrets),
    jsonEditors: jsonEditorsOf(model),
  };
}

function jsonEditorsOf(model: GatewayModel): Map<ServiceModel, JsonEditors> {
  const found = new Map<ServiceModel, JsonEditors>();
  for (const service of Object.values(model.services)) {
    const { requestJson, responseJson } = service;
    if (requestJson === undefined && responseJson === undefined) continue;
    found.set(service, {
      ...(requestJson === undefined ? {} : { request: new JsonEditor(requestJson) }),
      ...(responseJson === undefined ? {} : { response: new JsonEditor(responseJson) }),
    });
  }
  return found;
}

function credentialsOf(model: GatewayModel, secrets: SecretFiles | undefined): Map<BackendModel, SecretFile> {
  const found = new Map<BackendModel, SecretFile>();
  for (const backend of Object.values(model.backends)) {
    if (backend.credential === undefined) continue;
    found.set(backend, needed(secrets).open(backend.credential.secret, fitsHeader));
  }
  return found;
}

/** Headers as Node takes them without a copy: names and values in turn. */
export function flat(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).flat();
}
