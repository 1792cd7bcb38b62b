/** What Inputs do in an engine, at all places where they may stand: unknown, secret, and with the values they turn out to have. */
import { type Input, output, secret } from '@pulumi/pulumi';
import { AgentGateway, type AgentGatewayArgs } from 'cdk8s-agent-gateway/pulumi';
import { differences, leavesOf, within } from '../support/leaves';
import { childrenOf, isSecret, type Recording, revealed, UNKNOWN } from '../support/pulumi-engine';
import {
  Elsewhere,
  type InputPlace,
  inputPlaces,
  OTHER_VALUES,
  objectsOf,
  withValue,
} from '../support/pulumi-inputs';
import { runProgram } from '../support/pulumi-program';

const everywhere = inputPlaces();
/** Full sets of props with all of their places. */
const sets = [...new Set(everywhere.map(({ props }) => props))].map((props, i) => ({
  name: `set-${i}`,
  props,
  places: everywhere.filter((place) => place.props === props),
}));
type Round = (place: InputPlace) => Input<unknown>;

/** The props with something at each place. */
const filled = ({ props, places }: (typeof sets)[number], at: Round): AgentGatewayArgs =>
  places.reduce<AgentGatewayArgs>((args, place) => withValue(args, place.keys, at(place)), props as never);
const other =
  (round: number): Round =>
  ({ kind }) =>
    OTHER_VALUES[kind][round % OTHER_VALUES[kind].length];
const registered = (recording: Recording, gateway: string) =>
  Object.fromEntries(childrenOf(recording, gateway).map(({ name, inputs }) => [name, inputs]));

// The test of secrets does the same with other values, and with the sets that have a place or two.
it.each(sets.filter(({ places }) => places.length > 2))(
  'what was an Input gives the objects that its value gives: $name',
  async (set) => {
    const recording = await runProgram(() => {
      new AgentGateway(
        set.name,
        filled(set, (place) => output(other(0)(place))),
      );
    });
    const expected = objectsOf(set.name, filled(set, other(0)));
    expect(revealed(registered(recording, set.name))).toEqual(expected);
  },
);

it.each(sets)('keeps secret what secret Inputs touch, and nothing else: $name', async (set) => {
  const isUrl = ({ kind }: InputPlace) => kind === 'url';
  const plain = other(1);
  const recording = await runProgram(() => {
    const at: Round = (place) => (isUrl(place) ? plain(place) : secret(plain(place)));
    new AgentGateway(set.name, filled(set, at));
  });
  const objects = registered(recording, set.name);
  const now: Round = (place) => (isUrl(place) ? plain(place) : valueNow(place));
  const first = objectsOf(set.name, filled(set, now));
  const touched = [0, 1, 2].flatMap((round) => {
    const at: Round = (place) => (isUrl(place) ? plain(place) : other(round)(place));
    return differences(first, objectsOf(set.name, filled(set, at)));
  });
  const secrets = [...leavesOf(objects, isSecret)].filter(([, leaf]) => isSecret(leaf));
  // What a Secret holds is hidden by Pulumi's own class, whatever it is.
  const paths = secrets
    .map(([path]) => path)
    .filter((path) => !/\.(stringData|data)$/.test(path))
    .sort();
  expect(paths).toEqual([...new Set(touched.map((path) => within(paths, path)))].sort());
  expect(revealed(objects)).toEqual(objectsOf(set.name, filled(set, plain)));
});

it('leaves unknown in a preview what unknown Inputs touch, and shows the rest', async () => {
  const { name, props } = sets[0] as (typeof sets)[number];
  const recording = await runProgram(
    () => {
      const image = new Elsewhere('image', 'unknown').value as Input<string>;
      const host = output('known.example.com');
      new AgentGateway(name, { ...props, hosts: [host], router: { ...props.router, image } } as never);
    },
    { preview: true },
  );
  const objects = registered(recording, name);
  const known = objectsOf(name, { ...props, hosts: ['known.example.com'] });

  expect(differences(objects, known)).toEqual([
    `.${name}-router-deployment.spec.template.spec.containers[0].image`,
  ]);
  expect([...leavesOf(objects).values()].filter((value) => value === UNKNOWN)).toHaveLength(1);
});

it.each([0, 1])('shows nothing that stands in for what is unknown (%i)', async (parity) => {
  const { name, props, places } = sets.find(({ places }) => places.some(isShared)) as (typeof sets)[number];
  const isUnknown = (place: InputPlace) => places.filter(isShared).indexOf(place) % 2 === parity;
  const recording = await runProgram(
    () => {
      const unknown = new Elsewhere('secrets', 'unknown').value;
      const at: Round = (place) => (isUnknown(place) ? unknown : output(other(0)(place)));
      new AgentGateway(name, filled({ name, props, places: places.filter(isShared) }, at));
    },
    { preview: true },
  );
  const shown = [...leavesOf([registered(recording, name), ...recording.outputs.values()]).values()];
  expect(shown).toContain(UNKNOWN);
  expect(shown.filter((leaf) => /\bpulumi-(\d|shared)/.test(String(leaf)))).toEqual([]);
});

it('makes what an Input touches depend on the resource that it comes from', async () => {
  const recording = await runProgram(() => {
    const name = new Elsewhere('keys', 'agent-api-keys').value as Input<string>;
    const { props } = sets[0] as (typeof sets)[number];
    const auth = { ...props.auth, apiKeys: { secret: { name, key: 'keys.json' } } };
    new AgentGateway('agents', { ...props, auth });
  });
  const dependent = childrenOf(recording, 'agents').filter(({ dependencies }) =>
    dependencies.some((urn) => urn.endsWith('::keys')),
  );
  expect(dependent.map(({ name }) => name)).toContain('agents-router-deployment');
});

const isShared = ({ kind }: InputPlace): boolean => kind === 'shared-name';

/** What the props say at a place. */
function valueNow({ props, keys }: InputPlace): Input<unknown> {
  return keys.reduce<unknown>((value, key) => Reflect.get(value as object, key), props) as Input<unknown>;
}
