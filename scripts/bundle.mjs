// Bundles the router, with the packages that it uses, into the one file that runs in the container, and compresses it.
// Leaves out what the router would load at every start and never use. Writes to `bundle`, or to the folder that is named.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const outfile = join(process.argv[2] ?? join(root, 'bundle'), 'router.cjs');

/** ioredis makes methods for each of 300 commands of Redis. One that no source names cannot be called. */
const onlyCalledCommands = {
  name: 'only called commands',
  setup({ onLoad }) {
    onLoad({ filter: /@ioredis\/commands\/built\/commands\.json$/ }, ({ path }) => {
      const words = wordsIn(join(root, 'src/router'), join(dirname(path), '../../../ioredis/built'));
      const commands = Object.entries(JSON.parse(readFileSync(path, 'utf8')));
      const called = commands.filter(([name]) => words.has(name));
      return { contents: JSON.stringify(Object.fromEntries(called)), loader: 'json' };
    });
  },
};

/** With `DEBUG` in its environment, ioredis would write commands, passwords among them, past the router's own log. */
const withoutDebug = {
  name: 'without debug',
  setup({ onLoad }) {
    onLoad({ filter: /node_modules\/debug\/src\/index\.js$/ }, () => ({
      contents: 'exports.default = () => Object.assign(() => {}, { enabled: false });',
    }));
  },
};

/** Every word in the sources below some folders, in lower case. */
function wordsIn(...folders) {
  const words = new Set();
  for (const folder of folders) {
    for (const name of readdirSync(folder, { recursive: true })) {
      if (!/\.[jt]s$/.test(name) || name.endsWith('.d.ts')) continue;
      const text = readFileSync(join(folder, name), 'utf8').toLowerCase();
      for (const word of text.match(/\w+/g) ?? []) words.add(word);
    }
  }
  return words;
}

await build({
  entryPoints: [join(root, 'src/router/main.ts')],
  outfile,
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  legalComments: 'eof',
  logLevel: 'warning',
  plugins: [onlyCalledCommands, withoutDebug],
});
writeFileSync(`${outfile}.gz`, gzipSync(readFileSync(outfile), { level: 9 }));
