/** What must hold among services: paths that do not get into each other's way, versions that exist, whole splits. */
import { checkBackends } from './backend-checks';
import { checkDistinct, checkKnown, isHundred, type LooseProps, sum } from './check-helpers';
import { checkFailover } from './failover-checks';
import { NOTHING, type Place, Saying } from './problems';
import { checkTransforms } from './transform-checks';

type LooseService = NonNullable<NonNullable<LooseProps['services']>[string]>;

/** Checks every service by itself and against the others. */
export function checkServices(props: LooseProps, at: Place): void {
  const takenBy = new Map<string, string>();
  checkServiceTokens(props, at);
  for (const [name, service] of Object.entries(props.services ?? {})) {
    if (service === undefined) continue;
    const place = at.key('services').key(name);
    checkPath(service.path, name, takenBy, props, place.key('path'));
    checkServiceVersions(service, props, place);
    checkVariants(service, place);
    checkUnused(service, props, place);
    checkDistinct(service.methods, place.key('methods'));
    checkDistinct(service.requires?.scopes, place.key('requires').key('scopes'));
    checkBackends(service, place);
    checkFailover(service, place);
    checkTransforms(service, place);
  }
}

function checkPath(
  path: string | undefined,
  name: string,
  takenBy: Map<string, string>,
  props: LooseProps,
  at: Place,
): void {
  if (path === undefined) return;
  const other = takenBy.get(path);
  if (other !== undefined) {
    const got = new Saying(`${JSON.stringify(path)}, which services.${other} already has`);
    at.report('AGW_ROUTE_SHADOWED', got, 'a path of its own', 'change one of the two, or join the services');
  }
  takenBy.set(path, name);
  if (path === '/.well-known' || path.startsWith('/.well-known/')) {
    const got = new Saying(`${JSON.stringify(path)}, where the gateway's own answers are`);
    at.report('AGW_ROUTE_SHADOWED', got, 'a path of its own', 'change the path');
  }
  const first = path.split('/')[1];
  if (first !== undefined && first !== '' && Object.hasOwn(props.versions ?? {}, first)) {
    const got = new Saying(`${JSON.stringify(path)}, which begins with the version "${first}"`);
    at.report(
      'AGW_ROUTE_SHADOWED',
      got,
      'a path that no version hides',
      'rename the version or change the path',
    );
  }
}

/** Keys and those who need them are there together. */
function checkServiceTokens({ auth, services = {} }: LooseProps, at: Place): void {
  const place = at.key('auth').key('serviceTokens');
  const asking = Object.keys(services).filter((name) => services[name]?.serviceToken !== undefined);
  if (auth?.serviceTokens === undefined && asking.length > 0) {
    const expected = `{ issuer, signingKeySecret }, for services.${asking[0]}.serviceToken`;
    place.report('AGW_REQUIRED', NOTHING, expected, 'add it, or remove serviceToken');
  }
  if (auth?.serviceTokens !== undefined && asking.length === 0) {
    const got = new Saying('keys for service tokens');
    place.report(
      'AGW_UNUSED',
      got,
      'a service with a serviceToken',
      'remove it, or add serviceToken to a service',
    );
  }
}

function checkServiceVersions(service: LooseService, props: LooseProps, at: Place): void {
  const named = Object.entries(service.versions ?? {});
  for (const [version] of named) {
    checkKnown('AGW_VERSION_UNKNOWN', version, props.versions, at.key('versions').key(version));
  }
  const all = Object.keys(props.versions ?? {});
  const leftOut = named.filter(([, target]) => target === (false as never)).map(([version]) => version);
  if (all.length > 0 && all.every((version) => leftOut.includes(version))) {
    const got = new Saying('false for every version');
    at.key('versions').report(
      'AGW_SERVICE_ABSENT',
      got,
      'a version that has it',
      'keep it in one, or remove the service',
    );
  }
}

function checkVariants(service: LooseService, at: Place): void {
  if (service.variants === undefined) return;
  const weights = Object.values(service.variants).map((variant) => variant?.weightPercent);
  // A weight that could not be read has been reported; the rest cannot be 100 then.
  if (weights.includes(undefined) || isHundred(sum(weights))) return;
  at.key('variants').report(
    'AGW_WEIGHT_SUM',
    new Saying(`weights of ${sum(weights)} percent together`),
    '100',
    'change them so that every caller has a variant',
  );
}

/** `models` and `variants` of a service count only where a version has no target of its own, and variants come first. */
function checkUnused(service: LooseService, props: LooseProps, at: Place): void {
  const versions = Object.keys(props.versions ?? {});
  const overridden =
    versions.length > 0 && versions.every((name) => Object.hasOwn(service.versions ?? {}, name));
  for (const key of ['models', 'variants'] as const) {
    if (service[key] === undefined) continue;
    if (overridden) {
      const got = new Saying('what no version uses, as each has its own');
      at.key(key).report(
        'AGW_UNUSED',
        got,
        'a version without an entry in versions',
        'remove it, or one of the entries',
      );
    } else if (key === 'models' && service.variants !== undefined) {
      const got = new Saying('models beside variants, which take their place');
      at.key(key).report(
        'AGW_UNUSED',
        got,
        'models in each variant',
        'move them into the variants that need them',
      );
    }
  }
}
