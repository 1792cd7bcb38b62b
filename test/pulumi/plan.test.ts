/** Which parts of a gateway's objects are left open for each Input, by what cdk8s makes of other values at its place. */
import { Output, output } from '@pulumi/pulumi';
import { planGateway } from '../../src/pulumi/plan';
import { differences, leavesOf, within } from '../support/leaves';
import { inputPlaces, OTHER_VALUES, objectsOf, withValue } from '../support/pulumi-inputs';

it.each(inputPlaces())('$name: only what it touches is open', ({ name, props, keys, kind }) => {
  const first = objectsOf(name, props);
  const touched = OTHER_VALUES[kind].flatMap((value) =>
    differences(first, objectsOf(name, withValue(props, keys, value))),
  );

  const { inputs } = planGateway(name, withValue(props, keys, output(OTHER_VALUES[kind][0])));

  const named = Object.entries(inputs).map(([key, object]) => [
    `${name}-${key.replaceAll('/', '-')}`,
    object,
  ]);
  const open = [...leavesOf(Object.fromEntries(named), isOutput)].filter(([, leaf]) => isOutput(leaf));
  expect(open.length).toBeGreaterThan(0);
  const paths = open.map(([path]) => path).sort();
  const expected = [...new Set(touched.map((path) => within(paths, path)))].sort();
  // With one bound of a number of pods, the other one is open too: its default depends on it.
  expect(paths).toEqual(keys.includes('replicas') ? expect.arrayContaining(expected) : expected);
});

const isOutput = (value: unknown): boolean => Output.isInstance(value);
