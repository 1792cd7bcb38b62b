/** Checks that more than one part of the props needs. */
import { DEFAULTS } from '../model/defaults';
import type { AgentGatewayProps } from '../props/gateway-props';
import { suggest } from './nearest';
import { type Place, Saying } from './problems';
import type { Loose } from './shape';

/** Props of which each part may be missing. */
export type LooseProps = Loose<AgentGatewayProps>;

/** The plan of callers for whom nothing else names one. */
export function impliedDefaultPlan(props: LooseProps): string {
  const names = Object.keys(props.plans ?? {});
  return props.defaultPlan ?? (names.length === 1 ? (names[0] ?? '') : DEFAULTS.defaultPlan);
}

/** Reports unless exactly one of the keys is there. */
export function checkOneOf(value: object | undefined, keys: readonly string[], at: Place, least = 1): void {
  if (value === undefined) return;
  const present = keys.filter((key) => Object.hasOwn(value, key));
  if (present.length >= least && present.length <= 1) return;
  const got =
    present.length === 0
      ? new Saying('none of them')
      : new Saying(present.map((key) => `"${key}"`).join(' and '));
  const expected = `${least === 0 ? 'at most' : 'exactly'} one of ${keys.map((key) => `"${key}"`).join(', ')}`;
  at.report('AGW_ONE_OF', got, expected, present.length === 0 ? 'add one of them' : 'keep one of them');
}

/** Reports a name that is not among those there are. */
export function checkKnown(
  code: 'AGW_PLAN_UNKNOWN' | 'AGW_VERSION_UNKNOWN',
  name: string | undefined,
  known: object | undefined,
  at: Place,
): void {
  if (name === undefined || (known !== undefined && Object.hasOwn(known, name))) return;
  const names = Object.keys(known ?? {});
  const what = code === 'AGW_PLAN_UNKNOWN' ? 'plan' : 'version';
  const fix = names.length === 0 ? `add it to the ${what}s, or remove this` : suggest(name, names);
  at.report(code, name, `the name of a ${what}`, fix);
}

/** Reports what stands in a list twice, once letters' case is folded by `fold`. */
export function checkDistinct(
  values: readonly (string | undefined)[] | undefined,
  at: Place,
  fold = (value: string) => value,
): void {
  const seen = new Set<string>();
  values?.forEach((value, i) => {
    if (value === undefined) return;
    if (seen.has(fold(value)))
      at.index(i).report('AGW_DUPLICATE', value, 'each entry once', 'remove one of the two');
    seen.add(fold(value));
  });
}

/** Sums numbers that may be missing. */
export function sum(values: readonly (number | undefined)[]): number {
  // Rounded to millionths: 0.1 + 0.2 is meant as 0.3.
  return Math.round(values.reduce<number>((total, value) => total + (value ?? 0), 0) * 1e6) / 1e6;
}

/** Whether weights fill the whole, up to what floating point loses. */
export function isHundred(total: number): boolean {
  return Math.abs(total - 100) < 1e-6;
}
