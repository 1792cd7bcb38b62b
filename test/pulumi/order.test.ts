/** In which order a cluster gets the objects of a gateway, and loses them again. */
import { prerequisites, rankOf } from '../../src/pulumi/order';
import { type KubernetesObject, synthesise } from '../../src/pulumi/synthesis';
import { pulumiCases } from '../support/pulumi-cases';

const gateways = pulumiCases().map(({ name, props }) => {
  const { objects } = synthesise(name, { ...props, namespace: 'agents' });
  return { name, objects, entries: Object.entries(objects) };
});
type Objects = (typeof gateways)[number]['objects'];

/** Keys of what must be there before an object, directly or through others. */
function before(key: string, objects: Objects, seen = new Set<string>()): readonly string[] {
  for (const other of prerequisites(objects[key] as KubernetesObject, objects)) {
    if (!seen.has(other)) before(other, objects, seen.add(other));
  }
  return [...seen];
}
const componentOf = ({ metadata }: KubernetesObject) => metadata.labels?.['app.kubernetes.io/component'];

it.each(gateways)('has no circle, and asks first for what others wait for: $name', ({ objects, entries }) => {
  for (const [key, object] of entries) {
    expect(before(key, objects)).not.toContain(key);
    for (const other of prerequisites(object, objects)) {
      expect(rankOf(objects[other] as KubernetesObject)).toBeLessThan(rankOf(object));
    }
  }
});

it.each(gateways)('starts pods after all that they mount, and those that they call: $name', ({ objects }) => {
  const pods = where(objects, 'Deployment', 'StatefulSet');
  expect(pods.length).toBeGreaterThan(0);
  for (const [key, workload] of pods) {
    const settings = where(objects, 'ConfigMap', 'ServiceAccount', 'NetworkPolicy')
      .filter(([, object]) => componentOf(object) === componentOf(workload))
      .map(([other]) => other);
    expect(before(key, objects)).toEqual(expect.arrayContaining(settings));
  }
  const called = { 'router/deployment': 'redis/service', 'kong/deployment': 'router/service' };
  for (const [caller, service] of Object.entries(called)) {
    if (caller in objects && service in objects) expect(before(caller, objects)).toContain(service);
  }
});

it.each(gateways)(
  'makes Services after their pods, as the provider waits for endpoints: $name',
  ({ objects }) => {
    for (const [key, service] of where(objects, 'Service')) {
      const pods = where(objects, 'Deployment', 'StatefulSet').filter(
        ([, workload]) => componentOf(workload) === componentOf(service),
      );
      expect(before(key, objects)).toEqual(expect.arrayContaining(pods.map(([other]) => other)));
    }
  },
);

it.each(gateways)('lets requests in last, and stops them first: $name', ({ objects }) => {
  for (const [key] of where(objects, 'IngressRoute', 'Ingress', 'HTTPRoute')) {
    expect(before(key, objects)).toEqual(expect.arrayContaining(['router/service', 'router/deployment']));
  }
});

it('leaves no claim of a volume behind, which no resource of a program is', () => {
  const sets = gateways.flatMap(({ objects }) => where(objects, 'StatefulSet').map(([, set]) => set));
  const claiming = sets.filter(({ spec }) => 'volumeClaimTemplates' in (spec as object));
  expect(claiming.length).toBeGreaterThan(0);
  for (const { spec } of claiming) {
    expect(spec).toMatchObject({ persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' } });
  }
});

function where(objects: Objects, ...kinds: readonly string[]): readonly [string, KubernetesObject][] {
  return Object.entries(objects).filter(([, { kind }]) => kinds.includes(kind));
}
