/** What must hold among versions: a default, weights that fit, dates in order, successors that exist. */
import { checkKnown, isHundred, type LooseProps, sum } from './check-helpers';
import { NOTHING, type Place, Saying } from './problems';
import { dateSeconds } from './syntax';

/** Checks versions against each other and the default against them. */
export function checkVersions(props: LooseProps, at: Place): void {
  const versions = props.versions ?? {};
  checkKnown('AGW_VERSION_UNKNOWN', props.defaultVersion, props.versions, at.key('defaultVersion'));
  checkDefault(props, at);
  checkWeights(props, at.key('versions'));
  for (const [name, version] of Object.entries(versions)) {
    const place = at.key('versions').key(name);
    if (version?.successor === name) {
      place
        .key('successor')
        .report(
          'AGW_VERSION_UNKNOWN',
          name,
          'the name of another version',
          'name the version that comes after it',
        );
    } else {
      checkKnown('AGW_VERSION_UNKNOWN', version?.successor, versions, place.key('successor'));
    }
    const [deprecated, sunset] = [seconds(version?.deprecated), seconds(version?.sunset)];
    if (deprecated !== undefined && sunset !== undefined && sunset < deprecated) {
      place
        .key('sunset')
        .report(
          'AGW_VERSION_DATES',
          version?.sunset,
          `not before deprecated (${version?.deprecated})`,
          'swap the two',
        );
    }
  }
}

function seconds(date: string | undefined): number | undefined {
  return date === undefined ? undefined : dateSeconds(date);
}

/** The default version that the props name or imply; `undefined` when they do neither. */
export function impliedDefaultVersion(props: LooseProps): string | undefined {
  if (props.defaultVersion !== undefined) return props.defaultVersion;
  const versions = Object.entries(props.versions ?? {});
  const weightless = versions.filter(([, version]) => version?.weightPercent === undefined);
  return weightless.length === 1 ? weightless[0]?.[0] : undefined;
}

function checkDefault(props: LooseProps, at: Place): void {
  const names = Object.keys(props.versions ?? {});
  if (names.length === 0 || impliedDefaultVersion(props) !== undefined) return;
  at.key('defaultVersion').report(
    'AGW_VERSION_DEFAULT',
    NOTHING,
    'the name of a version, as not exactly one version has no weightPercent',
    `set it to one of ${names.map((name) => JSON.stringify(name)).join(', ')}`,
  );
}

/** The default version gets what the others leave; where it has a weight of its own, it must be just that. */
function checkWeights(props: LooseProps, at: Place): void {
  const versions = props.versions ?? {};
  const fallback = impliedDefaultVersion(props);
  const others = sum(
    Object.entries(versions).map(([name, version]) => (name === fallback ? 0 : version?.weightPercent)),
  );
  const own = fallback === undefined ? undefined : versions[fallback]?.weightPercent;
  if (others > 100 || (own !== undefined && !isHundred(own + others))) {
    at.report(
      'AGW_WEIGHT_SUM',
      new Saying(`weights of ${others + (own ?? 0)} percent together`),
      own === undefined ? 'at most 100' : '100, as every version has a weight',
      own === undefined
        ? 'lower them'
        : `change them, or leave out the weight of the default version "${fallback}"`,
    );
  }
}
