/** Which parts of a gateway's objects are left open for each Input, by what cdk8s makes of other values at its place. */
import { Output, output } from '@pulumi/pulumi';
import { planGateway } from '../../src/pulumi/plan';
import { differences, leavesOf, within } from '../support/leaves';
import { inputPlaces, OTHER_VALUES, objectsOf, withValue } from '../support/pulumi-inputs';

const NAME = 'gateway';

it.each(inputPlaces())('$name: only what it touches is open', ({ props, keys, kind }) => {
  const first = unchanged(props);
  const touched = OTHER_VALUES[kind].flatMap((value) =>
    differences(first, objectsOf(NAME, withValue(props, keys, value))),
  );

  const { inputs } = planGateway(NAME, withValue(props, keys, output(OTHER_VALUES[kind][0])));

  const named = Object.entries(inputs).map(([key, object]) => [
    `${NAME}-${key.replaceAll('/', '-')}`,
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

/** Several places are in the same props. */
const made = new Map<object, ReturnType<typeof objectsOf>>();
function unchanged(props: object): ReturnType<typeof objectsOf> {
  const objects = made.get(props) ?? objectsOf(NAME, props);
  made.set(props, objects);
  return objects;
}
