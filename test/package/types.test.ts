/** The compiler's word on everything that is written in TypeScript; Jest only strips types. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(__dirname, '../..');

it('has no type errors in sources, tests, examples, measurements and scripts', async () => {
  const compiler = resolve(root, 'node_modules/typescript/bin/tsc');
  const command = promisify(execFile)(process.execPath, [compiler, '--noEmit', '-p', 'test/tsconfig.json'], {
    cwd: root,
  });

  const errors = await command.then(
    () => '',
    ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
  );
  expect(errors).toBe('');
}, 240_000);
