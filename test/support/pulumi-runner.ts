/** Runs a program as the Pulumi CLI does, in a process of its own under the SDK's runner, with the recording engine in this one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { type Recording, startPulumiEngine } from './pulumi-engine';

const root = resolve(__dirname, '../..');
const RUNNER = join(root, 'node_modules/@pulumi/pulumi/cmd/run');

/** What came of it. */
export interface Outcome extends Recording {
  readonly exitCode: number | null;
}

/** @param program path from the repository's root */
export async function runAsCli(program: string): Promise<Outcome> {
  const engine = await startPulumiEngine({ preview: true });
  try {
    const address = engine.address;
    const names = ['--project', 'project', '--stack', 'test', '--pwd', root];
    const more = ['--dry-run', 'true', '--parallel', '16', '--engine', address, '--monitor', address];
    const child = spawn('node', ['--require', 'tsx/cjs', RUNNER, ...names, ...more, join(root, program)], {
      cwd: root,
      stdio: 'ignore',
      env: { ...process.env, TSX_TSCONFIG_PATH: join(root, 'test/tsconfig.json') },
    });
    const [exitCode] = await once(child, 'exit');
    return { ...engine.recording, exitCode };
  } finally {
    engine.close();
  }
}
