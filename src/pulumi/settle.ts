/** Waits for the Inputs of a gateway, and checks them together before anything is registered. */
import { isSecret, runtime } from '@pulumi/pulumi';
import type { Problem } from '../model/problem';
import { Place, SECRET } from '../resolve/problems';
import { type ArgsInput, fillArgs } from './read-args';
import { invalid, problemsOf, type Synthesis, synthesise } from './synthesis';

/**
 * The gateway with the values of its Inputs; in a preview, with a neutral one for each that is unknown.
 *
 * @throws InvalidGatewayError with every problem, when one of them turned out to be invalid
 */
export async function settle(
  name: string,
  template: unknown,
  inputs: readonly ArgsInput[],
): Promise<Synthesis> {
  const settled = new Map(
    await Promise.all(inputs.map(async (input) => [input, await settleOne(input)] as const)),
  );
  const args = fillArgs(template, (input) => settled.get(input)?.value);
  const problems = inputs.flatMap((input) =>
    settled.get(input)?.secret === true ? secretProblems(input) : [],
  );
  if (problems.length > 0) throw invalid(name, [...problems, ...problemsOf(args)]);
  return synthesise(name, args);
}

interface Settled {
  readonly value: unknown;
  readonly secret: boolean;
}

async function settleOne(input: ArgsInput): Promise<Settled> {
  const secret = await isSecret(input.value);
  // The one public way to see that an Output is unknown: an unknown one is written as a certain text.
  const written: unknown = await runtime.serializeProperty(input.path, input.value, new Set());
  const value: unknown = runtime.unwrapRpcSecret(written);
  return { value: value === runtime.unknownValue ? input.standIns.neutral : value, secret };
}

/** A URL can have a credential in it, and URLs go into a ConfigMap. Names and sizes are not secrets to who may read objects. */
function secretProblems(input: ArgsInput): readonly Problem[] {
  const problems: Problem[] = [];
  if (input.kind === 'url') {
    new Place(input.path, problems).report(
      'AGW_SECRET_PLAIN',
      SECRET,
      'a URL that everybody who may read ConfigMaps may see',
      'leave the credential out of it, or say that there is none with pulumi.unsecret(…)',
    );
  }
  return problems;
}
