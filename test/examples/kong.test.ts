/** The examples with Kong give the files of their `expected` folders. `GOLDEN=write` writes them anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Yaml } from 'cdk8s';
import { chart as dblessChart } from '../../examples/kong-dbless/main';
import { kongFile } from '../../examples/kong-dbless/outside';
import { chart as ingressChart } from '../../examples/kong-ingress/main';
import type { KubernetesObject } from '../support/synthesise';

const COMPONENT = 'app.kubernetes.io/component';

function edgeObjects(chart: typeof dblessChart): string {
  return (chart.toJson() as KubernetesObject[])
    .filter(({ metadata }) => metadata.labels?.[COMPONENT] === 'edge')
    .map((object) => Yaml.stringify(object))
    .join('---\n');
}

it.each([
  ['kong-dbless', 'kong.yml', kongFile],
  ['kong-dbless', 'edge.yaml', edgeObjects(dblessChart)],
  ['kong-ingress', 'edge.yaml', edgeObjects(ingressChart)],
])('%s gives its expected/%s', (example, name, text) => {
  const file = join(resolve(__dirname, '../../examples'), example, 'expected', name);

  if (process.env.GOLDEN === 'write') writeFileSync(file, text);

  expect(text).toBe(readFileSync(file, 'utf8'));
});
