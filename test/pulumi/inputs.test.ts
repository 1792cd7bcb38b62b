/** What an Input does at each place where one may stand: unknown, secret, and with the values that it turns out to have. */
import { output, secret as secretOutput } from '@pulumi/pulumi';
import { AgentGateway, type AgentGatewayArgs } from 'cdk8s-agent-gateway/pulumi';
import { differences, leavesOf } from '../support/leaves';
import { namedObjectsOfConstruct } from '../support/pulumi-cases';
import { type Recording, revealed, SIGNATURE, UNKNOWN } from '../support/pulumi-engine';
import { Elsewhere, type InputPlace, inputPlaces, OTHER_VALUES, withValue } from '../support/pulumi-inputs';
import { runProgram } from '../support/pulumi-program';

const places = inputPlaces();

function constructed(name: string, args: AgentGatewayArgs) {
  const { namespace, ...props } = args as InputPlace['props'];
  return namedObjectsOfConstruct(name, props, namespace);
}

const registered = ({ registrations }: Recording, gateway: string) =>
  Object.fromEntries(
    registrations
      .filter(({ parent }) => parent.endsWith(`:AgentGateway::${gateway}`))
      .map(({ name, inputs }) => [name, inputs]),
  );

/** What a value at a place has a part in, by what cdk8s makes of others. */
function touched({ name, props, keys, kind }: InputPlace): readonly string[] {
  const first = constructed(name, props as AgentGatewayArgs);
  const changes = OTHER_VALUES[kind].map((value) =>
    differences(first, constructed(name, withValue(props, keys, value))),
  );
  return [...new Set(changes.flat())].sort();
}

describe('unknown in a preview', () => {
  let recording: Recording;

  beforeAll(async () => {
    recording = await runProgram(
      () => {
        for (const { name, props, keys } of places) {
          new AgentGateway(name, withValue(props, keys, new Elsewhere(name, 'unknown').value));
        }
      },
      { preview: true },
    );
  });

  it.each(places)('$name: only what it touches is unknown', (place) => {
    const objects = revealed(registered(recording, place.name));
    const unknown = [...leavesOf(objects)].filter(([, value]) => value === UNKNOWN).map(([path]) => path);

    expect(unknown.length).toBeGreaterThan(0);
    expect(unknown.sort()).toEqual(touched(place));
  });
});

describe('secret', () => {
  const notUrls = places.filter(({ kind }) => kind !== 'url');
  let recording: Recording;

  beforeAll(async () => {
    recording = await runProgram(() => {
      for (const { name, props, keys, kind } of notUrls) {
        new AgentGateway(name, withValue(props, keys, secretOutput(OTHER_VALUES[kind][0])));
      }
    });
  });

  it.each(notUrls)('$name: what it touches is secret, and nothing else', (place) => {
    const objects = registered(recording, place.name);
    const plain = constructed(place.name, place.props as AgentGatewayArgs);
    const before = new Set(secretPaths(plain));
    const paths = secretPaths(objects).filter((path) => !before.has(path) && !path.includes('.stringData'));

    expect(paths.sort()).toEqual(touched(place));
  });
});

describe('with a value', () => {
  const combinations = valueCombinations();
  let recording: Recording;

  beforeAll(async () => {
    recording = await runProgram(() => {
      for (const { name, props, changes } of combinations) {
        const args = changes.reduce<unknown>(
          (all, { keys, value }, i) =>
            withValue(all, keys, i % 2 === 0 ? new Elsewhere(`${name} ${i}`, value).value : output(value)),
          props,
        );
        new AgentGateway(name, args as AgentGatewayArgs);
      }
    });
  });

  it.each(combinations)('$name: gives the objects of the construct', ({ name, props, changes }) => {
    const args = changes.reduce<unknown>((all, { keys, value }) => withValue(all, keys, value), props);

    expect(revealed(registered(recording, name))).toEqual(constructed(name, args as AgentGatewayArgs));
  });

  it('what an Input touches depends on the resource that it comes from', () => {
    const { name } = combinations[0] as (typeof combinations)[number];
    const deployment = recording.registrations.find(
      (one) => one.name === `${name}-router-deployment` && one.type === 'kubernetes:apps/v1:Deployment',
    );
    expect(deployment?.dependencies.some((urn) => urn.includes('test:index:Elsewhere'))).toBe(true);
  });
});

/** All places of a set of props at once, each with each of its other values in turn. */
function valueCombinations() {
  const sets = new Map(places.map(({ props }) => [props, places.filter((place) => place.props === props)]));
  return [...sets].flatMap(([props, own]) =>
    [0, 1, 2].map((round) => ({
      name: `values ${round} of ${own[0]?.name}`,
      props,
      changes: own.map(({ keys, kind }) => {
        const values = OTHER_VALUES[kind];
        return { keys, value: values[round % values.length] };
      }),
    })),
  );
}

function secretPaths(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (SIGNATURE in value) return [path];
  return Object.entries(value).flatMap(([key, member]) =>
    secretPaths(member, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`),
  );
}
