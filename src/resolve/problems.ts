/** Collects what is wrong with the props, and says it. */
import type { Problem, ProblemCode } from '../model/problem';

/** A place in the props and where its problems go. */
export class Place {
  /**
   * @param step the path of an outermost place, of others the key or index that leads to it
   * @param outer absent for an outermost place
   */
  constructor(
    private readonly step: string | number,
    private readonly problems: Problem[],
    private readonly outer?: Place,
  ) {}

  key(key: string): Place {
    return new Place(key, this.problems, this);
  }

  index(index: number): Place {
    return new Place(index, this.problems, this);
  }

  /** `services.agents`, or `models["claude-3*"]` where a key is no identifier. Put together when it is asked for. */
  get path(): string {
    const { step } = this;
    if (this.outer === undefined) return String(step);
    const before = this.outer.path;
    const isName = typeof step === 'string' && /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(step);
    if (!isName) return `${before}[${JSON.stringify(step)}]`;
    return before === '' ? step : `${before}.${step}`;
  }

  /** Reports a problem here. `got` is the value, or a `Saying` for what cannot be shown as one. */
  report(code: ProblemCode, got: unknown, expected: string, fix: string): void {
    const text = sayingOf(got)?.text ?? describeValue(got);
    this.problems.push({ code, path: this.path, got: text, expected, fix });
  }
}

/** Even this question makes a proxy throw that has been revoked. */
function sayingOf(got: unknown): Saying | undefined {
  try {
    return got instanceof Saying ? got : undefined;
  } catch {
    return undefined;
  }
}

/** Words in place of a value. */
export class Saying {
  constructor(readonly text: string) {}
}

/** For what is not there. */
export const NOTHING = new Saying('nothing');
/** For what must not be shown. */
export const SECRET = new Saying('(secret)');

/** A value as text for a message: JSON where it has some, shortened, never throwing. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint' || typeof value === 'symbol') return `a ${typeof value}`;
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  try {
    const text = JSON.stringify(value);
    return text === undefined ? `a value of type ${typeof value}` : shorten(text);
  } catch {
    return 'an object that cannot be written as JSON';
  }
}

function shorten(text: string): string {
  const most = 80;
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** Problems in the order in which they are shown: by path, then by code. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  return [...problems].sort((a, b) => compare(a.path, b.path) || compare(a.code, b.code));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** All problems as one text: a headline, then three lines for each. */
export function formatProblems(problems: readonly Problem[]): string {
  const width = Math.max(...problems.map((problem) => problem.code.length));
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const entries = sortProblems(problems).map(
    ({ code, path, got, expected, fix }) =>
      `  ${code.padEnd(width)}  ${path === '' ? '(the props)' : path}\n` +
      `    got ${got}, expected ${expected}\n` +
      `    ${fix}`,
  );
  return [`gateway props have ${count}`, ...entries].join('\n');
}
