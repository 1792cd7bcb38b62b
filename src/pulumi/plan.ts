/** Args → what a component registers, with everything checked that can be before anything is registered. */
import { all, type Output } from '@pulumi/pulumi';
import { type ArgsInput, fillArgs, readArgs } from './read-args';
import { settle } from './settle';
import {
  type GatewayFacts,
  invalid,
  type KubernetesObject,
  problemsOf,
  type Synthesis,
  synthesise,
} from './synthesis';
import { partAt, replaceVarying, type Variant } from './vary';

/** What is to be registered. */
export interface GatewayPlan {
  /** The objects as they are first made: kinds, and which names what. */
  readonly objects: Readonly<Record<string, KubernetesObject>>;
  /** The same with an Output in the place of every part that an Input has a hand in. */
  readonly inputs: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The facts, likewise. */
  readonly facts: { readonly [K in keyof GatewayFacts]: GatewayFacts[K] | Output<GatewayFacts[K]> };
  /** Ends when the Inputs are there and valid; nothing may be registered before. Absent without Inputs. */
  readonly checked?: Promise<unknown>;
}

/**
 * Plans a gateway.
 *
 * @param name of the resource
 * @throws InvalidGatewayError with every problem of what is known, under the resource's name
 */
export function planGateway(name: string, args: unknown): GatewayPlan {
  const { template, inputs, sharedName, problems } = readArgs(args);
  if (problems.length > 0) throw invalid(name, [...problems, ...otherProblems(template, problems)]);

  const make = (pick: (input: ArgsInput) => unknown) => synthesise(name, fillArgs(template, pick));
  const first = make((input) => input.standIns.first);
  if (inputs.length === 0) return { objects: first.objects, inputs: first.objects, facts: first.facts };

  const settled = settle(name, template, inputs);
  // Who waits for it sees the failure; until somebody does, it must not end the program.
  settled.catch(() => undefined);
  const variants: Variant<ArgsInput>[] = inputs.map((source) => ({
    sources: [source],
    made: make((input) => input.standIns[input === source ? 'second' : 'first']),
  }));
  const sharing = inputs.filter(({ kind }) => kind === 'shared-name');
  if (sharing.length > 0) {
    // What is named twice is mounted once, so that there is one thing less.
    const made = make((input) => (sharing.includes(input) ? sharedName : input.standIns.first));
    variants.push({ sources: sharing, made });
  }
  const varying = replaceVarying(first, variants, (sources, path, part) =>
    partOf(settled, sources, path, part),
  ) as Pick<GatewayPlan, 'facts'> & { readonly objects: GatewayPlan['inputs'] };
  return { objects: first.objects, inputs: varying.objects, facts: varying.facts, checked: settled };
}

/** The part as the real values make it: unknown or secret where one of the Inputs behind it is. */
function partOf(
  settled: Promise<Synthesis>,
  sources: readonly ArgsInput[],
  path: readonly string[],
  first: unknown,
): Output<unknown> {
  // An object that the real values would not need has parts that are an Input's very value, such as a bound.
  const itself = sources.findIndex(({ standIns }) => standIns.first === first);
  return all(sources.map(({ value }) => value)).apply(async (values): Promise<unknown> => {
    const part = partAt(await settled, path);
    return part === undefined && itself >= 0 ? values[itself] : part;
  });
}

/** Problems beside those of misplaced Inputs, which are reported already. */
function otherProblems(template: unknown, misplaced: readonly { readonly path: string }[]) {
  const places = new Set(misplaced.map(({ path }) => path));
  const found = problemsOf(fillArgs(template, (input) => input.standIns.first));
  return found.filter(({ path }) => !places.has(path));
}
