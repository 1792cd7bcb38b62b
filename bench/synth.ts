/**
 * How long it takes to import the package and to synthesise gateways; run by `main.ts` in a process of its own, so that
 * imports are first ones. The yardstick of many gateways is the writing of their YAML alone, measured around each run.
 */
import { performance } from 'node:perf_hooks';

const beforeImport = performance.now();
const cdk8s = require('cdk8s') as typeof import('cdk8s');
const afterCdk8s = performance.now();
const { AgentGateway } = require('cdk8s-agent-gateway') as typeof import('cdk8s-agent-gateway');
const afterImport = performance.now();
const { platform } =
  require('../examples/quickstart/platform') as typeof import('../examples/quickstart/platform');
const { atMost } = require('./goals') as typeof import('./goals');

interface Run {
  readonly gateways: number;
  readonly objects: number;
  readonly synthMilliseconds: number;
  readonly ratio: number;
}

/** Synthesises so many gateways in one chart, then writes the same objects as YAML twice more, alone. */
function measure(gateways: number): Run {
  const begin = performance.now();
  const app = new cdk8s.App();
  const chart = new cdk8s.Chart(app, 'chart', { namespace: 'agents' });
  for (let i = 0; i < gateways; i++) {
    new AgentGateway(chart, `gateway-${i}`, { ...platform, hosts: [`api${i}.example.com`] });
  }
  const objects = chart.toJson();
  const made = performance.now();
  const yamlMilliseconds = [1, 2, 3].map(() => {
    const start = performance.now();
    cdk8s.Yaml.stringify(...objects);
    return performance.now() - start;
  });
  // The YAML is a part of the synthesis too: all three are the same work, and the middle one stands for it.
  const yaml = yamlMilliseconds.sort((a, b) => a - b)[1] as number;
  const synthMilliseconds = made - begin + yaml;
  return { gateways, objects: objects.length, synthMilliseconds, ratio: synthMilliseconds / yaml };
}

/** The middle of some runs by their ratio. */
function median(gateways: number, runs: number): Run {
  const measured = Array.from({ length: runs }, () => measure(gateways));
  return measured.sort((a, b) => a.ratio - b.ratio)[runs >> 1] as Run;
}

console.log(
  `import of cdk8s ${(afterCdk8s - beforeImport).toFixed(0)} ms, of cdk8s-agent-gateway ${(afterImport - afterCdk8s).toFixed(0)} ms more`,
);
const first = measure(1);
const firstYaml = first.synthMilliseconds / first.ratio;
console.log(
  `first gateway ${first.synthMilliseconds.toFixed(0)} ms, ${firstYaml.toFixed(0)} ms of them its YAML alone`,
);
const runs = [measure(250), measure(500), median(1_000, 3)];
for (const { gateways, synthMilliseconds, ratio } of runs) {
  console.log(
    `${gateways} gateways in one chart: ${synthMilliseconds.toFixed(0)} ms, ` +
      `${(synthMilliseconds / gateways).toFixed(2)} ms each, ${ratio.toFixed(2)} times their YAML alone`,
  );
}
const thousand = runs[2] as Run;
const quarter = runs[0] as Run;
const growth = thousand.synthMilliseconds / 4 / quarter.synthMilliseconds;
const goals = [
  atMost(`first gateway of a process, ${first.objects} objects`, 50, first.synthMilliseconds, 'ms'),
  atMost('1,000 gateways in a chart, beside the writing of their YAML', 1.5, thousand.ratio, 'times'),
  atMost('one of 1,000 gateways beside one of 250', 1.2, growth, 'times'),
];
console.log(`goals ${JSON.stringify(goals)}`);
