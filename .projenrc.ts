import { javascript, typescript } from 'projen';

const project = new typescript.TypeScriptProject({
  name: 'cdk8s-agent-gateway',
  description: 'One typed object in, a whole API gateway for AI agents on Kubernetes out',
  keywords: ['cdk8s', 'kubernetes', 'api-gateway', 'ai-agents', 'llm', 'traefik', 'rate-limiting'],
  license: 'Apache-2.0',
  copyrightOwner: 'The cdk8s-agent-gateway authors',
  authorName: 'The cdk8s-agent-gateway authors',
  defaultReleaseBranch: 'main',
  packageManager: javascript.NodePackageManager.NPM,
  projenVersion: '0.103.25',
  projenrcTs: true,
  // The library and the router run on Node 20; without this bound projen takes the newest @types/node.
  minNodeVersion: '20.0.0',

  github: false,
  release: false,
  buildWorkflow: false,
  depsUpgrade: false,
  pullRequestTemplate: false,
  sampleCode: false,
  npmignoreEnabled: false,
  eslint: false,
  biome: true,
  biomeOptions: {
    version: '2.5.15',
    biomeConfig: {
      files: { includes: ['examples/**/*.ts', 'bench/**', 'scripts/**', '!bundle', '!lib', '!**/expected'] },
      formatter: { indentStyle: 'space' as never, indentWidth: 2, lineWidth: 110 },
      javascript: { formatter: { quoteStyle: 'single' } } as never,
    },
  },

  peerDeps: [
    'cdk8s@^2.70.0',
    'cdk8s-plus-28@^2.5.0',
    'constructs@^10.4.0',
    '@pulumi/pulumi@^3.150.0',
    '@pulumi/kubernetes@^4.21.0',
  ],
  peerDependencyOptions: { pinnedDevDependency: false },
  devDeps: [
    'typescript@~6.0.3',
    'cdk8s@2.70.106',
    'cdk8s-plus-28@2.5.6',
    'constructs@10.8.1',
    'cdk8s-cli@2.207.60',
    // Later ones want Node 22.
    '@pulumi/pulumi@~3.248.0',
    '@pulumi/kubernetes@4.34.2',
    'esbuild@0.28.2',
    'tsx@^4',
    // Bundled into the router, so not dependencies of the package.
    'jose@6.2.18',
    'ioredis@6.0.0',
    // Strips types for Jest, which types are checked apart from.
    '@swc/core@1.16.22',
    '@swc/jest@0.2.39',
    '@jest/test-sequencer@^30',
    // Judges and clients of the tests.
    'yaml@^2',
    'ajv@^8',
    'fast-check@^4',
    'ws@^8',
    '@types/ws@^8',
    // What callers use. Later versions of openai and eventsource want Node 22.
    'openai@6.49.0',
    '@anthropic-ai/sdk@1.14.0',
    'eventsource@4.1.1',
  ],

  tsconfig: {
    // The router is shipped as one bundled file; its modules are not part of the library.
    exclude: ['src/router'],
    compilerOptions: {
      target: 'ES2022',
      lib: ['ES2022'],
      module: 'node20',
      moduleResolution: javascript.TypeScriptModuleResolution.NODE16,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: true,
      types: ['node'],
      sourceMap: false,
      inlineSourceMap: false,
      inlineSources: false,
    },
  },
  tsconfigDev: {
    include: ['../src/**/*.ts', '../examples/**/*.ts', '../bench/**/*.ts', '../scripts/**/*.ts'],
    exclude: ['../examples/*/node_modules'],
    compilerOptions: {
      isolatedModules: true,
      allowJs: true,
      types: ['node', 'jest'],
      paths: {
        'cdk8s-agent-gateway': ['../src/index.ts'],
        'cdk8s-agent-gateway/pulumi': ['../src/pulumi/index.ts'],
      },
    },
  },

  jestOptions: {
    jestVersion: '^30',
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    passWithNoTests: false,
    junitReporting: false,
    jestConfig: {
      collectCoverage: false,
      testEnvironmentOptions: { globalsCleanup: 'off' },
      transformIgnorePatterns: ['/node_modules/(?!jose/)'],
      moduleNameMapper: {
        '^cdk8s-agent-gateway$': '<rootDir>/src/index.ts',
        '^cdk8s-agent-gateway/pulumi$': '<rootDir>/src/pulumi/index.ts',
        // Half of what Pulumi's SDK loads is for starting its command line, and for functions as resources: nothing here does.
        '^(\\./automation|@npmcli/arborist)$': '<rootDir>/test/support/nothing.cjs',
      },
      testTimeout: 30_000,
      // They change the cluster that KUBECONFIG leads to: `npm run test:cluster` alone runs them.
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/in-cluster/'],
      testSequencer: './test/support/longest-first.cjs',
      // More than twice as many as the least machine has cores: the longest tests wait for other programs most of the time.
      maxWorkers: 5,
    },
  },
  gitignore: [
    '/bundle/router.cjs',
    '/bundle/router.cjs.gz',
    '/examples/*/dist/',
    '/examples/*/node_modules/',
    '/.tmp/',
  ],
});

project.package.addField('files', ['lib', 'bundle', 'README.md', 'LICENSE']);
project.package.addField('exports', {
  '.': { types: './lib/index.d.ts', default: './lib/index.js' },
  './pulumi': { types: './lib/pulumi/index.d.ts', default: './lib/pulumi/index.js' },
  './package.json': './package.json',
});
// Pulumi's own project template resolves as Node 10 did, which does not know `exports`.
project.package.addField('typesVersions', { '*': { pulumi: ['lib/pulumi/index.d.ts'] } });
project.package.addField('peerDependenciesMeta', {
  '@pulumi/pulumi': { optional: true },
  '@pulumi/kubernetes': { optional: true },
});
// unrs-resolver 1.13.0 leaves a lock that `npm ci` refuses; later @babel/types 7 name a sibling release that was never published.
project.package.addPackageResolutions('unrs-resolver@1.12.2', '@babel/types@7.29.7');

// Types are checked by a test of their own; ts-jest would load the compiler in every worker to strip them.
project.deps.removeDependency('ts-jest');
if (project.jest !== undefined) {
  const swc = { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } };
  project.jest.config.transform = { '^.+\\.[jt]sx?$': ['@swc/jest', swc] };
}
const bundle = project.addTask('bundle', {
  description: 'Bundles the router to bundle/router.cjs',
  exec: 'node scripts/bundle.mjs',
});
project.preCompileTask.spawn(bundle);
project.testTask.prependSpawn(bundle);

// `projen test` checks and changes nothing; `npm run format` is the one that writes.
project.tasks.tryFind('biome')?.reset('biome check --no-errors-on-unmatched', { receiveArgs: true });
project.addTask('format', { exec: 'biome check --write' });
project.addTask('quickstart', {
  description: 'Synthesises examples/quickstart, runs its router and shows it at work',
  steps: [{ spawn: bundle.name }, { exec: 'tsc --build' }, { exec: 'tsx examples/quickstart/demo.ts' }],
});
project.addTask('golden', {
  description: 'Writes the expected manifests of test/golden anew',
  env: { GOLDEN: 'write' },
  exec: 'jest test/golden test/invalid',
});
project.addTask('conformance', {
  description: 'Runs the contract on the router and on Traefik, and writes docs/conformance anew',
  env: { CONFORMANCE: 'write' },
  steps: [{ spawn: bundle.name }, { exec: 'jest test/conformance' }],
});
project.addTask('docs', {
  description: 'Writes docs/problems.md anew',
  exec: 'tsx scripts/problems.ts',
});
project.addTask('test:cluster', {
  description: 'Tests in the cluster that KUBECONFIG leads to, with the CRDs of the folder CRDS',
  steps: [
    { exec: 'node scripts/need-cluster.mjs' },
    { spawn: bundle.name },
    {
      exec: [
        'jest --testPathIgnorePatterns=/node_modules/ --roots=./test/in-cluster',
        '--globalSetup=./test/in-cluster/set-up.ts --globalTeardown=./test/in-cluster/tear-down.ts --runInBand',
      ].join(' '),
      receiveArgs: true,
    },
  ],
});
project.addTask('bench', {
  description: 'Measures what the design promises, all of it or the parts that are named',
  steps: [{ spawn: bundle.name }, { exec: 'tsc --build' }, { exec: 'tsx bench/main.ts', receiveArgs: true }],
});
project.addTask('bench:profile', {
  description: 'Shows where the time of the router goes',
  exec: 'tsx bench/profile.ts',
});
for (const [name, description] of [
  ['pulumi', 'Measures the registration of gateways in a Pulumi program'],
  ['traefik/main', 'Measures Traefik with the router behind it beside Traefik alone'],
] as const) {
  project.addTask(`bench:${name.split('/')[0]}`, {
    description,
    steps: [{ spawn: bundle.name }, { exec: 'tsc --build' }, { exec: `tsx bench/${name}.ts` }],
  });
}

project.synth();
