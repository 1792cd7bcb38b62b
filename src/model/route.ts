/**
 * Which service, and which version if any, a request path names (contract R4, R5).
 *
 * A path is `/<base>/<version>/<service path>/<rest>`; base and version may be absent. Matching is on whole
 * segments of the path as it was sent: nothing is decoded, folded or collapsed, so an encoded slash, a double
 * slash or another case never matches what the plain path would. Paths that a backend might read as climbing
 * out of its service (`..` in any spelling) are refused before anything is matched.
 */
import { own } from './caller';
import type { GatewayModel, ServiceModel } from './gateway-model';

/** What the path of a request names, or why it names nothing. */
export type RouteMatch =
  | {
      readonly kind: 'route';
      readonly name: string;
      readonly service: ServiceModel;
      /** Version in the path; absent when the path names none. */
      readonly pathVersion?: string;
      /** Base path and version, `/api/v1`, or `/api` when the path names no version. */
      readonly prefix: string;
      /** What follows the service path: `''`, or text that starts with a slash. */
      readonly rest: string;
    }
  | { readonly kind: 'refused'; readonly code: 'path_invalid' | 'route_not_found' }
  | { readonly kind: 'refused'; readonly code: 'method_not_allowed'; readonly allow: readonly string[] };

/** Services by path, made once for a model. */
export interface RouteTable {
  readonly basePath: string;
  readonly hasVersion: (name: string) => boolean;
  readonly byPath: ReadonlyMap<string, { readonly name: string; readonly service: ServiceModel }>;
  /** Segments of the longest service path. */
  readonly depth: number;
}

const NOT_FOUND = { kind: 'refused', code: 'route_not_found' } as const;
const INVALID = { kind: 'refused', code: 'path_invalid' } as const;

/** Makes the table that `matchRoute` looks into. */
export function compileRoutes(model: GatewayModel): RouteTable {
  const byPath = new Map(
    Object.entries(model.services).map(([name, service]) => [service.path, { name, service }]),
  );
  return {
    basePath: model.basePath,
    hasVersion: (name) => own(model.versions, name) !== undefined,
    byPath,
    depth: Math.max(0, ...[...byPath.keys()].map((path) => path.split('/').length - 1)),
  };
}

/**
 * Matches a request.
 * 1. A path that is not plain is refused as `path_invalid`.
 * 2. The base path must be there, whole.
 * 3. A first segment that is a version's name is the version.
 * 4. Of the service paths that fit, the longest wins.
 * 5. The service must take the method; `OPTIONS` and `HEAD` have no exemption.
 *
 * @param path the path of the request target, without query
 */
export function matchRoute(table: RouteTable, method: string, path: string): RouteMatch {
  if (!isPlainPath(path)) return INVALID;
  if (!path.startsWith(table.basePath)) return NOT_FOUND;
  const afterBase = path.slice(table.basePath.length);
  if (afterBase !== '' && !afterBase.startsWith('/')) return NOT_FOUND;

  const firstEnd = segmentEnd(afterBase, 1);
  const first = afterBase.slice(1, firstEnd);
  const versioned = table.hasVersion(first);
  const tail = versioned ? afterBase.slice(firstEnd) : afterBase;
  const found = longestService(table, tail);
  if (found === undefined) return NOT_FOUND;

  const { name, service, end } = found;
  if (service.methods !== undefined && !service.methods.includes(method)) {
    return { kind: 'refused', code: 'method_not_allowed', allow: service.methods };
  }
  const rest = tail.slice(end);
  if (!versioned) return { kind: 'route', name, service, prefix: table.basePath, rest };
  return { kind: 'route', name, service, prefix: `${table.basePath}/${first}`, rest, pathVersion: first };
}

/** A service whose path is empty is at the root and takes what no other one has. */
function longestService(table: RouteTable, tail: string) {
  const root = table.byPath.get('');
  let found = root === undefined ? undefined : { name: root.name, service: root.service, end: 0 };
  let end = 0;
  for (let segments = 0; segments < table.depth && end < tail.length; segments++) {
    end = segmentEnd(tail, end + 1);
    const entry = table.byPath.get(tail.slice(0, end));
    if (entry !== undefined) found = { name: entry.name, service: entry.service, end };
  }
  return found;
}

function segmentEnd(path: string, from: number): number {
  const slash = path.indexOf('/', from);
  return slash === -1 ? path.length : slash;
}

/** What neither a proxy nor a backend could read in two ways: see the cases of `test/model/route.test.ts`. */
function isPlainPath(path: string): boolean {
  if (!path.startsWith('/') || NOT_IN_A_PATH.test(path)) return false;
  if (!path.includes('%')) return !DOT_SEGMENT.test(path);
  if (BROKEN_ESCAPE.test(path) || ESCAPED_CONTROL.test(path)) return false;
  const asABackendMightReadIt = path
    .replace(/%2e/gi, '.')
    .replace(/%2f|%5c/gi, '/')
    // Twice encoded, as a backend behind another proxy might read it.
    .replace(/%252e/gi, '.')
    .replace(/%252f|%255c/gi, '/');
  return !DOT_SEGMENT.test(asABackendMightReadIt);
}

/** Anything but printable ASCII, and the characters that URL parsers treat in different ways. */
const NOT_IN_A_PATH = /[^\x21-\x7e]|[\\#?]/;
const DOT_SEGMENT = /\/\.{1,2}(?:[/;]|$)/;
const BROKEN_ESCAPE = /%(?![0-9a-f]{2})/i;
const ESCAPED_CONTROL = /%(?:[01][0-9a-f]|7f)/i;
