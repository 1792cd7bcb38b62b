// Bundles the router, with the packages that it uses, into the one file that runs in the container.
import { build } from 'esbuild';

await build({
  entryPoints: ['src/router/main.ts'],
  outfile: 'bundle/router.cjs',
  bundle: true,
  minify: true,
  keepNames: false,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  legalComments: 'eof',
  logLevel: 'warning',
});
