/** Runs Pulumi programs in this process under a recording engine. */
import { runtime } from '@pulumi/pulumi';
import { type Recording, startPulumiEngine } from './pulumi-engine';

/** How a program is run. */
export interface Mode {
  readonly preview?: boolean;
  readonly config?: Readonly<Record<string, string>>;
}

/**
 * Runs a program to its end, as one stack.
 *
 * @returns what the engine was asked; what the program threw is thrown on
 */
export async function runProgram(program: () => unknown, mode: Mode = {}): Promise<Recording> {
  const { preview = false, config = {} } = mode;
  const engine = await startPulumiEngine({ preview });
  // No address for what is logged: more than half of the time would go into messages for debugging.
  runtime.resetOptions('project', 'test', 16, '', engine.address, preview, 'organization');
  runtime.setAllConfig(config);
  // Pulumi writes the stack of each promise down; looking each line of it up in source maps takes most of the time.
  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = String;
  try {
    await runtime.runInPulumiStack(async () => {
      await program();
      return {};
    });
    return engine.recording;
  } finally {
    // What was asked for before a program failed is still under way.
    await runtime.disconnect();
    if (prepareStackTrace === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
    else Error.prepareStackTrace = prepareStackTrace;
    engine.close();
  }
}
