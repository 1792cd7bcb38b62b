/** What cannot be seen at one place alone: references, sums, contradictions. Runs on whatever could be read. */
import { checkDistinct, checkKnown, checkOneOf, type LooseProps } from './check-helpers';
import { checkEdge } from './edge-checks';
import { NOTHING, type Place, Saying } from './problems';
import { replicaBounds } from './replica-bounds';
import { checkServices } from './service-checks';
import { checkVersions } from './version-checks';
import { checkVia } from './via-checks';

/** Reports every contradiction at its place. Shapes have been read before; what they refused is missing here. */
export function checkProps(props: LooseProps, at: Place): void {
  checkHosts(props, at.key('hosts'));
  checkAuth(props, at);
  checkPlans(props, at);
  checkPlanLookup(props, at);
  checkVersions(props, at);
  checkServices(props, at);
  checkCors(props, at);
  checkEdge(props, at);
  checkVia(props, at);
  checkWorkloads(props, at);
}

function checkHosts(props: LooseProps, at: Place): void {
  checkDistinct(props.hosts, at, (host) => host.toLowerCase());
}

function checkAuth(props: LooseProps, at: Place): void {
  const { auth } = props;
  if (auth === undefined) return;
  const issuers = issuersOf(auth, at.key('auth').key('jwt'));
  const seen = new Set<string>();
  for (const { jwt, place } of issuers) {
    if (jwt?.issuer === undefined) continue;
    if (seen.has(jwt.issuer)) {
      place
        .key('issuer')
        .report(
          'AGW_DUPLICATE',
          jwt.issuer,
          'each issuer once',
          'join the entries, or remove one of the two',
        );
    }
    seen.add(jwt.issuer);
  }
}

/** The entries of `auth.jwt`, which is one of them or a list, each with its place. */
function issuersOf({ jwt }: NonNullable<LooseProps['auth']>, at: Place) {
  if (jwt === undefined) return [];
  if (!isList(jwt)) return [{ jwt, place: at }];
  return jwt.map((entry, i) => ({ jwt: entry, place: at.index(i) }));
}

/** `Array.isArray` for lists that are not to be changed. */
function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}

function checkPlans(props: LooseProps, at: Place): void {
  const plans = props.plans ?? {};
  const names = Object.keys(plans);
  checkKnown('AGW_PLAN_UNKNOWN', props.defaultPlan, props.plans, at.key('defaultPlan'));
  if (props.defaultPlan === undefined && names.length > 1 && !Object.hasOwn(plans, 'free')) {
    const fix = `set defaultPlan to one of ${names.map((name) => JSON.stringify(name)).join(', ')}`;
    at.key('defaultPlan').report(
      'AGW_PLAN_DEFAULT',
      NOTHING,
      'the name of a plan, as none is called "free"',
      fix,
    );
  }
  for (const [name, plan] of Object.entries(plans)) {
    const place = at.key('plans').key(name);
    plan?.versions?.forEach((version, i) => {
      checkKnown('AGW_VERSION_UNKNOWN', version, props.versions, place.key('versions').index(i));
    });
    checkDistinct(plan?.versions, place.key('versions'));
    checkDistinct(plan?.models, place.key('models'));
  }
  for (const [name, tenant] of Object.entries(props.tenants ?? {})) {
    const place = at.key('tenants').key(name);
    checkKnown('AGW_PLAN_UNKNOWN', tenant?.plan, props.plans, place.key('plan'));
    checkKnown('AGW_VERSION_UNKNOWN', tenant?.version, props.versions, place.key('version'));
  }
}

function checkPlanLookup(props: LooseProps, at: Place): void {
  const { planLookup, redis } = props;
  if (planLookup === undefined) return;
  if (redis?.external !== undefined) {
    if (planLookup.writers === undefined) return;
    const got = new Saying('labels of pods, for a Redis that is not the gateway’s');
    const fix = 'remove them, and let billing reach that Redis where it is';
    at.key('planLookup').key('writers').report('AGW_UNUSED', got, "the gateway's own Redis", fix);
  } else if (redis?.managed?.persistence === undefined) {
    const place = at.key('redis').key('managed').key('persistence');
    place.report(
      'AGW_PLAN_FORGOTTEN',
      NOTHING,
      'a volume, for plans to survive a restart',
      'add persistence: {}',
    );
  }
}

function checkCluster({ redis, planLookup, plans }: LooseProps, at: Place): void {
  if (redis?.external?.cluster !== true) return;
  checkOneOf(redis.external, ['sentinelMaster', 'cluster'], at, 0);
  const shared = Object.entries(plans ?? {}).find(
    ([, plan]) => plan?.limitBy === 'tenant' || plan?.limitBy === 'service',
  );
  if (planLookup === undefined || shared === undefined) return;
  const fix = 'leave planLookup or limitBy out, or use a single Redis or Sentinel';
  const expected = `no Cluster, as plan "${shared[0]}" is shared and each caller's plan is looked up`;
  at.key('cluster').report('AGW_CLUSTER_SLOT', true, expected, fix);
}

function checkCors(props: LooseProps, at: Place): void {
  const { cors } = props;
  if (cors === undefined) return;
  const place = at.key('cors');
  const origins = cors.origins ?? [];
  const patterns = cors.originPatterns ?? [];
  checkDistinct(origins, place.key('origins'));
  if (origins.length + patterns.length === 0) {
    place.key('origins').report('AGW_EMPTY', NOTHING, 'at least one origin or origin pattern', 'add one');
  }
  if (!origins.includes('*')) return;
  if (origins.length + patterns.length > 1) {
    place.key('origins').report('AGW_DUPLICATE', origins, '"*" alone', 'remove "*", or everything beside it');
  }
  if (cors.credentials === true) {
    const fix = 'list the origins, or leave credentials out';
    place.key('credentials').report('AGW_CORS_CREDENTIALS', true, 'false with the origin "*"', fix);
  }
}

function checkWorkloads(props: LooseProps, at: Place): void {
  const router = at.key('router');
  checkOneOf(props.router, ['image', 'nodeImage'], router, 0);
  replicaBounds(props.router?.replicas, router.key('replicas'));
  const redis = at.key('redis');
  checkOneOf(props.redis, ['managed', 'external'], redis);
  checkCluster(props, redis.key('external'));
}
