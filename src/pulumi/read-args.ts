/** Tells the Inputs of the args from what is known, and reports those that stand where none may. */
import { Output, type Output as OutputOf, output } from '@pulumi/pulumi';
import type { Problem } from '../model/problem';
import { Place, Saying, sortProblems } from '../resolve/problems';
import { INPUT_PROPS, type InputKind } from './input-props';
import { withWholeBounds } from './replica-inputs';
import { SHARED_NAME, type StandIns, standInsOf } from './stand-ins';

/** A value that is not known before the program runs. */
export class ArgsInput {
  readonly standIns: StandIns;

  constructor(
    /** As the user wrote it: `hosts[0]`. */
    readonly path: string,
    readonly kind: InputKind,
    index: number,
    readonly value: OutputOf<unknown>,
  ) {
    this.standIns = standInsOf(kind, index);
  }
}

/** Args that were read. */
export interface ReadArgs {
  /** The args with an `ArgsInput` in the place of each Input, and a `MisplacedInput` in the place of a wrong one. */
  readonly template: unknown;
  readonly inputs: readonly ArgsInput[];
  /** One that all Inputs of the kind `shared-name` can have together, and with a known one if there is any. */
  readonly sharedName: string;
  /** Of misplaced Inputs; empty where there are none. */
  readonly problems: readonly Problem[];
}

/** Deeper than any prop, so that a value that contains itself comes to an end. */
const DEPTH_MOST = 12;

/** Reads args: typed ones, or whatever JavaScript passed. Never throws. */
export function readArgs(args: unknown): ReadArgs {
  const inputs: ArgsInput[] = [];
  const problems: Problem[] = [];
  let sharedName = SHARED_NAME;

  const read = (value: unknown, keys: readonly string[], at: Place): unknown => {
    if (isInput(value)) return readInput(value, keys, at);
    if (keys.length > DEPTH_MOST) return value;
    if (typeof value === 'string' && kindAt(keys) === 'shared-name') sharedName = value;
    if (Array.isArray(value)) return value.map((entry, i) => read(entry, [...keys, '*'], at.index(i)));
    const entries = entriesOf(isReplicas(keys) ? withWholeBounds(value, isInput) : value);
    if (entries === undefined) return value;
    return Object.fromEntries(entries.map(([key, entry]) => [key, read(entry, [...keys, key], at.key(key))]));
  };

  const readInput = (value: unknown, keys: readonly string[], at: Place): unknown => {
    const kind = kindAt(keys);
    if (kind !== undefined) {
      const input = new ArgsInput(at.path, kind, inputs.length, output(value));
      inputs.push(input);
      return input;
    }
    const fix = `resolve it first: an Output can stand at ${listed(placesNear(keys))}`;
    at.report('AGW_TYPE', new Saying('an Output or a Promise'), 'a value that is known at once', fix);
    return MISPLACED;
  };

  const template = read(args, [], new Place('', problems));
  return { template, inputs, sharedName, problems: sortProblems(problems) };
}

/** Stands in place of a misplaced Input: no prop takes a function, so that it is never taken for something good. */
export const MISPLACED = (): void => undefined;

/** The template with a value in the place of each Input. */
export function fillArgs(template: unknown, pick: (input: ArgsInput) => unknown): unknown {
  if (template instanceof ArgsInput) return pick(template);
  if (Array.isArray(template)) return template.map((entry) => fillArgs(entry, pick));
  const entries = entriesOf(template);
  if (entries === undefined) return template;
  return Object.fromEntries(entries.map(([key, entry]) => [key, fillArgs(entry, pick)]));
}

function isInput(value: unknown): boolean {
  return Output.isInstance(value) || value instanceof Promise;
}

function isReplicas(keys: readonly string[]): boolean {
  return ['router.replicas', 'edge.kong.dbless.replicas'].includes(keys.join('.'));
}

/** Members of an object of plain data; reading them can run code that throws, and then they are none. */
function entriesOf(value: unknown): [string, unknown][] | undefined {
  try {
    const isPlain = Object.prototype.toString.call(value) === '[object Object]';
    return isPlain ? Object.entries(value as object) : undefined;
  } catch {
    return undefined;
  }
}

const PLACES = Object.entries(INPUT_PROPS).map(([path, kind]) => ({ path, keys: path.split('.'), kind }));

function kindAt(keys: readonly string[]): InputKind | undefined {
  return PLACES.find((place) => place.keys.length === keys.length && fits(keys, place.keys))?.kind;
}

/** Whether the first of the place's keys are these. */
function fits(keys: readonly string[], place: readonly string[]): boolean {
  return keys.every((key, i) => place[i] === '*' || place[i] === key);
}

/** So many are read; there are more than a hundred. */
const LISTED_MOST = 6;

function listed(places: readonly string[]): string {
  const more = places.length - LISTED_MOST;
  return `${places.slice(0, LISTED_MOST).join(', ')}${more > 0 ? ` and ${more} other places` : ''}`;
}

/** Places below a value, else below what it is in, and so on. */
function placesNear(keys: readonly string[]): readonly string[] {
  const below = PLACES.filter((place) => fits(keys, place.keys)).map(({ path }) => path);
  return below.length > 0 ? below : placesNear(keys.slice(0, -1));
}
