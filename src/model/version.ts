/** Which version a request gets (contract R1, R2), and what its life means for the answer (R5, R6). */
import { type Caller, own } from './caller';
import type { GatewayModel, VersionModel } from './gateway-model';
import { pickShare, type Share } from './split';

/** `{ name: 'v2', reason: 'split' }` */
export interface VersionDecision {
  /** `''` for a gateway without versions. */
  readonly name: string;
  readonly reason: 'path' | 'tenant' | 'split' | 'default';
}

/**
 * The version of a request. The first that says something wins:
 * 1. the path, 2. the tenant's pin, 3. the weighted split, 4. the default version.
 */
export function decideVersion(
  model: GatewayModel,
  pathVersion: string | undefined,
  caller: Caller,
): VersionDecision {
  if (pathVersion !== undefined) return { name: pathVersion, reason: 'path' };
  const tenant = caller.tenant === undefined ? undefined : own(model.tenants, caller.tenant);
  if (tenant?.version !== undefined) return { name: tenant.version, reason: 'tenant' };
  const shares = sharesOf(model);
  if (shares.length === 0) return { name: model.defaultVersion, reason: 'default' };
  return { name: pickShare('version', splitKey(caller), shares, model.defaultVersion), reason: 'split' };
}

/** What a caller is split by: the tenant, so that an organisation sees one version; else the subject. */
export function splitKey(caller: Caller): string {
  return caller.tenant ?? caller.subject;
}

const knownShares = new WeakMap<GatewayModel, readonly Share[]>();

/** The weighted versions, worked out once for a model. */
function sharesOf(model: GatewayModel): readonly Share[] {
  const known = knownShares.get(model);
  if (known !== undefined) return known;
  const found = Object.keys(model.versions)
    .sort()
    .filter((name) => name !== model.defaultVersion)
    .map((name) => ({ name, weightPercent: model.versions[name]?.weightPercent ?? 0 }))
    .filter((share) => share.weightPercent > 0);
  knownShares.set(model, found);
  return found;
}

/** Whether a version has come to its end at a moment. */
export function isSunset(version: VersionModel, nowSeconds: number): boolean {
  return version.sunsetAtSeconds !== undefined && nowSeconds >= version.sunsetAtSeconds;
}

/**
 * Headers that tell clients of a version's end, names and values in turn: `deprecation` (RFC 9745), `sunset` (RFC 8594),
 * and `link` to the successor. A version with none of these dates gives none.
 *
 * @param successorPath the same request under the successor version
 */
export function versionHeaders(version: VersionModel, successorPath: string | undefined): readonly string[] {
  const dates = datesOf(version);
  if (dates.length === 0 || successorPath === undefined) return dates;
  return [...dates, 'link', `<${successorPath}>; rel="successor-version"`];
}

const knownDates = new WeakMap<VersionModel, readonly string[]>();

/** The dates as headers; written once, since a date as text costs more than all other headers of an answer. */
function datesOf(version: VersionModel): readonly string[] {
  const known = knownDates.get(version);
  if (known !== undefined) return known;
  const { deprecatedAtSeconds, sunsetAtSeconds } = version;
  const headers: string[] = [];
  if (deprecatedAtSeconds !== undefined) headers.push('deprecation', `@${deprecatedAtSeconds}`);
  if (sunsetAtSeconds !== undefined) {
    headers.push('sunset', new Date(sunsetAtSeconds * 1000).toUTCString());
  }
  knownDates.set(version, headers);
  return headers;
}
