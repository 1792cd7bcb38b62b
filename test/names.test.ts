/** Names that are made of a construct's path, by what Kubernetes takes for a Service's. */
import { App, Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { gatewayNames } from '../src/names';

const baseIn = (chart: string): string =>
  gatewayNames(new Construct(new Chart(new App(), chart), 'gateway')).base;

it.each(['agents', 'my_agents', 'v1.agents', '1agents', '_', 'Ä', 'a b', 'a'.repeat(300), '1'.repeat(300)])(
  'makes a label of RFC 1035 with room for suffixes of the id %p',
  (id) => {
    expect(baseIn(id)).toMatch(/^[a-z]([a-z0-9-]{0,35}[a-z0-9])?$/);
  },
);

it('gives ids that look alike names of their own', () => {
  const names = ['my_agents', 'my.agents', 'my-agents', '1agents', '2agents'].map(baseIn);
  expect(new Set(names).size).toBe(names.length);
});
