/**
 * How long a Pulumi program takes to register gateways: `npm run bench:pulumi`. The engine is the recording one of the tests,
 * in the same process, so half of the time is the engine's. What counts is that the time for one does not grow with the number.
 */
import { performance } from 'node:perf_hooks';
import { output } from '@pulumi/pulumi';
import { AgentGateway } from 'cdk8s-agent-gateway/pulumi';
import { platform } from '../examples/quickstart/platform';
import { runProgram } from '../test/support/pulumi-program';

interface Run {
  readonly gateways: number;
  readonly resources: number;
  /** In the constructors alone, where programs wait. */
  readonly constructMilliseconds: number;
  readonly wholeMilliseconds: number;
}

async function measure(gateways: number, inputs: boolean): Promise<Run> {
  const begin = performance.now();
  let constructed = begin;
  const { registrations } = await runProgram(() => {
    for (let i = 0; i < gateways; i++) {
      const host = `api-${i}.example.com`;
      const namespace = inputs ? output('agents') : 'agents';
      new AgentGateway(`gateway-${i}`, { ...platform, namespace, hosts: [inputs ? output(host) : host] });
    }
    constructed = performance.now();
  });
  return {
    gateways,
    resources: registrations.length,
    constructMilliseconds: constructed - begin,
    wholeMilliseconds: performance.now() - begin,
  };
}

async function main(): Promise<void> {
  await measure(10, true);
  for (const inputs of [false, true]) {
    let first: Run | undefined;
    for (const gateways of [250, 500, 1_000]) {
      const run = await measure(gateways, inputs);
      first ??= run;
      const perGateway = (of: Run) => of.wholeMilliseconds / of.gateways;
      console.log(
        `${String(gateways).padStart(5)} gateways, ${inputs ? '2 Inputs each' : 'no Inputs'}: ${run.resources} resources, ` +
          `${(run.constructMilliseconds / gateways).toFixed(1)} ms to construct one, ${perGateway(run).toFixed(1)} ms in all, ` +
          `${(perGateway(run) / perGateway(first)).toFixed(2)} times that of ${first.gateways}`,
      );
    }
  }
}

void main();
