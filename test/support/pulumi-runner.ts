/** Runs a program as the Pulumi CLI does, in a process of its own under the SDK's runner, with the recording engine in this one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import { type Recording, startPulumiEngine } from './pulumi-engine';

const root = resolve(__dirname, '../..');

/** What came of it. */
export interface Outcome extends Recording {
  readonly exitCode: number | null;
}

/** A program, and where it runs. */
export interface CliProgram {
  /** Folder of the project, which has the SDK among its packages. */
  readonly folder: string;
  /** Its path in the folder. */
  readonly file: string;
  readonly preview?: boolean;
  /** Values of secrets are among `secrets`. */
  readonly config?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
}

/** A program of the tests in TypeScript, by its path from the repository's root. */
export async function runSource(file: string): Promise<Outcome> {
  // As deep as the sources, which find the router's bundle from where they stand.
  const outfile = join(root, '.tmp/programs', `${basename(file, '.ts')}.js`);
  await build({
    entryPoints: [join(root, file)],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    logLevel: 'error',
  });
  return runAsCli({ folder: root, file: relative(root, outfile), preview: true });
}

/** Runs a program to its end. */
export async function runAsCli(program: CliProgram): Promise<Outcome> {
  const { folder, file, preview = false, config = {}, secrets = [] } = program;
  const engine = await startPulumiEngine({ preview });
  try {
    const { address } = engine;
    const names = [
      '--project',
      'project',
      '--stack',
      'test',
      '--organization',
      'organization',
      '--pwd',
      folder,
    ];
    const more = [
      ...(preview ? ['--dry-run', 'true'] : []),
      ...['--parallel', '16', '--engine', address, '--monitor', address],
    ];
    const runner = join(folder, 'node_modules/@pulumi/pulumi/cmd/run');
    const child = spawn('node', [runner, ...names, ...more, join(folder, file)], {
      cwd: folder,
      stdio: 'ignore',
      env: {
        ...process.env,
        PULUMI_CONFIG: JSON.stringify(config),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(secrets),
      },
    });
    const [exitCode] = await once(child, 'exit');
    return { ...engine.recording, exitCode };
  } finally {
    engine.close();
  }
}
