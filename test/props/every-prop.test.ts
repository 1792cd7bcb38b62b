/** Nothing that a user writes is ignored: a change of any prop changes what comes out, or is a problem. */
import type { AgentGatewayProps } from 'cdk8s-agent-gateway';
import { resolveGateway } from '../../src/resolve/resolve-gateway';
import { FULL_PROPS } from '../support/full-props';
import { synthesise } from '../support/synthesise';

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

/**
 * All that props give, to compare: problems; else the router's document, which is the whole of its model, and where that is
 * the same the objects, which are all that comes of the rest.
 */
function outcome(props: unknown): { readonly first: string; readonly objects: () => string } {
  const resolved = resolveGateway(props);
  if (resolved.kind === 'problems') return { first: JSON.stringify(resolved.problems), objects: () => '' };
  const objects = () => JSON.stringify(synthesise(props as AgentGatewayProps));
  return { first: JSON.stringify(resolved.gateway), objects };
}

describe.each(Object.entries(FULL_PROPS))('%s', (_name, props) => {
  const whole = outcome(props);
  const wholeObjects = whole.objects();
  const makesNoDifference = (path: Path, change: (leaf: unknown) => unknown) => {
    const changed = outcome(changedAt(props, path, change));
    return changed.first === whole.first && changed.objects() === wholeObjects;
  };

  it('is a gateway', () => {
    expect(resolveGateway(props)).toMatchObject({ kind: 'resolved' });
  });

  it('heeds a change of every prop', () => {
    const ignored = leaves(props).filter((path) => makesNoDifference(path, other));
    expect(ignored.map((path) => path.join('.'))).toEqual([]);
  });

  it('misses every prop that is left out', () => {
    const ignored = members(props).filter((path) => makesNoDifference(path, () => undefined));
    const implied = Object.keys(IMPLIED).filter((text) =>
      members(props).some((path) => path.join('.') === text),
    );
    expect(ignored.map((path) => path.join('.'))).toEqual(implied);
  });
});
