/** Nothing that a user writes is ignored: a change of any prop changes what comes out, or is a problem. */
import { resolveGateway } from '../../src/resolve/resolve-gateway';
import { FULL_PROPS } from '../support/full-props';

type Path = readonly (string | number)[];

/** Paths to all leaves, and to all members of objects. */
function leaves(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, member]) =>
    leaves(member, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

function members(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Array.isArray(value) ? [] : Object.keys(value).map((key) => [...path, key]);
  return [...own, ...Object.entries(value).flatMap(([key, member]) => members(member, [...path, key]))];
}

function changedAt(value: unknown, path: Path, change: (leaf: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return change(value);
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value)
    ? [...value]
    : { ...(value as object) };
  const next = changedAt((value as Record<string, unknown>)[key], rest, change);
  if (next === undefined) delete (copy as Record<string, unknown>)[key];
  else (copy as Record<string, unknown>)[key] = next;
  return copy;
}

/** What may be left out without a difference, and why. */
const IMPLIED: Readonly<Record<string, string>> = {
  'versions.v1.weightPercent': 'the default version has what the others leave, and must say just that',
};

/** Another value of the same kind. */
function other(leaf: unknown): unknown {
  if (typeof leaf === 'number') return leaf + 1;
  if (typeof leaf === 'boolean') return !leaf;
  return typeof leaf === 'string' ? `${leaf}x` : leaf;
}

describe.each(Object.entries(FULL_PROPS))('%s', (_name, props) => {
  const whole = JSON.stringify(resolveGateway(props));

  it('is a gateway', () => {
    expect(resolveGateway(props)).toMatchObject({ kind: 'resolved' });
  });

  it.each(leaves(props).map((path) => [path.join('.'), path] as const))('heeds %s', (_text, path) => {
    expect(JSON.stringify(resolveGateway(changedAt(props, path, other)))).not.toBe(whole);
  });

  it.each(members(props).map((path) => [path.join('.'), path] as const))('misses %s', (text, path) => {
    const without = JSON.stringify(resolveGateway(changedAt(props, path, () => undefined)));
    expect(without === whole).toBe(Object.hasOwn(IMPLIED, text));
  });
});
