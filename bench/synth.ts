/**
 * How long it takes to import the package and to synthesise gateways: `npm run bench:synth`.
 * The yardstick of many gateways is the writing of their YAML alone, measured in the same run.
 */
import { performance } from 'node:perf_hooks';

const beforeImport = performance.now();
const cdk8s = require('cdk8s') as typeof import('cdk8s');
const afterCdk8s = performance.now();
const { AgentGateway } = require('cdk8s-agent-gateway') as typeof import('cdk8s-agent-gateway');
const afterImport = performance.now();
const { platform } =
  require('../examples/quickstart/platform') as typeof import('../examples/quickstart/platform');

interface Run {
  readonly gateways: number;
  readonly objects: number;
  readonly synthMilliseconds: number;
  readonly yamlMilliseconds: number;
}

/** Synthesises so many gateways in one chart, then writes the same objects as YAML once more, alone. */
function measure(gateways: number): Run {
  const begin = performance.now();
  const app = new cdk8s.App();
  const chart = new cdk8s.Chart(app, 'chart', { namespace: 'agents' });
  for (let i = 0; i < gateways; i++) {
    new AgentGateway(chart, `gateway-${i}`, { ...platform, hosts: [`api${i}.example.com`] });
  }
  const objects = chart.toJson();
  cdk8s.Yaml.stringify(...objects);
  const synthesised = performance.now();
  cdk8s.Yaml.stringify(...objects);
  const written = performance.now();
  return {
    gateways,
    objects: objects.length,
    synthMilliseconds: synthesised - begin,
    yamlMilliseconds: written - synthesised,
  };
}

/** The middle of five. */
function median(gateways: number): Run {
  const runs = Array.from({ length: 5 }, () => measure(gateways));
  return runs.sort((a, b) => a.synthMilliseconds - b.synthMilliseconds)[2] as Run;
}

console.log(`import cdk8s                     ${(afterCdk8s - beforeImport).toFixed(0)} ms`);
console.log(`import cdk8s-agent-gateway       ${(afterImport - afterCdk8s).toFixed(0)} ms more`);
const first = measure(1);
console.log(
  `first gateway of a process       ${first.synthMilliseconds.toFixed(0)} ms, ${first.objects} objects`,
);
for (const run of [median(1), measure(250), measure(500), measure(1_000)]) {
  const ratio = run.synthMilliseconds / run.yamlMilliseconds;
  console.log(
    `${String(run.gateways).padStart(5)} gateways in one chart     ${run.synthMilliseconds.toFixed(0)} ms, ` +
      `YAML alone ${run.yamlMilliseconds.toFixed(0)} ms, ratio ${ratio.toFixed(2)}`,
  );
}
