/**
 * What a Pulumi program spends on registering gateways: `npm run bench:pulumi`. The engine is the recording one of the tests,
 * in the same process, so much of the time is the engine's; an image of the router keeps its program out of the messages.
 * What counts is that the time for one gateway does not grow with their number.
 */
import { output } from '@pulumi/pulumi';
import { AgentGateway } from 'cdk8s-agent-gateway/pulumi';
import { platform } from '../examples/quickstart/platform';
import { runProgram } from '../test/support/pulumi-program';

interface Run {
  readonly gateways: number;
  readonly resources: number;
  /** In the constructors alone. */
  readonly constructMilliseconds: number;
  readonly wholeMilliseconds: number;
}

/** Processor time of this process: what else runs on the machine has no part in it. */
function processorMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

async function measure(gateways: number, inputs: boolean): Promise<Run> {
  const begin = processorMilliseconds();
  let constructed = begin;
  const { registrations } = await runProgram(() => {
    for (let i = 0; i < gateways; i++) {
      const host = `api-${i}.example.com`;
      new AgentGateway(`gateway-${i}`, {
        ...platform,
        router: { image: 'registry.example.com/router:1' },
        namespace: inputs ? output('agents') : 'agents',
        hosts: [inputs ? output(host) : host],
      });
    }
    constructed = processorMilliseconds();
  });
  return {
    gateways,
    resources: registrations.length,
    constructMilliseconds: constructed - begin,
    wholeMilliseconds: processorMilliseconds() - begin,
  };
}

async function main(): Promise<void> {
  await measure(20, true);
  let first: Run | undefined;
  for (const [gateways, inputs] of [
    [100, false],
    [100, true],
    [300, true],
    [1_000, true],
  ] as const) {
    const run = await measure(gateways, inputs);
    if (inputs) first ??= run;
    const perGateway = (of: Run) => of.wholeMilliseconds / of.gateways;
    const ratio = first === undefined ? '' : `, ${(perGateway(run) / perGateway(first)).toFixed(2)} times`;
    console.log(
      `${String(gateways).padStart(5)} gateways, ${inputs ? '2 Inputs each' : 'no Inputs'}: ${run.resources} resources, ` +
        `${(run.constructMilliseconds / gateways).toFixed(0)} ms to construct one, ${perGateway(run).toFixed(0)} ms in all${ratio}`,
    );
  }
}

void main();
