/** The packed tarball, as a user gets it: what is in it, who can import it, and projects of cdk8s and Pulumi that use it. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { DEFAULTS } from '../../src/model/defaults';
import { OLDEST, oldestPulumi, versionIn } from '../support/oldest-pulumi';
import { childrenOf, isSecret, revealed } from '../support/pulumi-engine';
import { runAsCli } from '../support/pulumi-runner';
import { runCommand } from '../support/run-command';

const root = resolve(__dirname, '../..');
const project = mkdtempSync(join(tmpdir(), 'agent-gateway-package-'));
const installed = join(project, 'node_modules/cdk8s-agent-gateway');
const bin = (name: string) => join(root, 'node_modules/.bin', name);
let packed: string[] = [];

beforeAll(() => {
  runCommand(bin('tsc'), ['--build'], root);
  const [report] = JSON.parse(
    runCommand('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], root),
  );
  packed = report.files.map((file: { path: string }) => file.path);
  mkdirSync(installed, { recursive: true });
  runCommand(
    'tar',
    ['-xzf', join(project, report.filename), '--strip-components=1', '-C', installed],
    project,
  );
  // The peers that a user installs beside it.
  for (const peer of ['cdk8s', 'cdk8s-plus-28', 'constructs', '@types']) {
    symlinkSync(join(root, 'node_modules', peer), join(project, 'node_modules', peer));
  }
  writeFileSync(join(project, 'main.ts'), MAIN);
}, 120_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

const MAIN = `
import { App, Chart } from 'cdk8s';
import { AgentGateway, type AgentGatewayProps } from 'cdk8s-agent-gateway';

const props: AgentGatewayProps = {
  hosts: ['api.example.com'],
  edge: { traefik: {} },
  auth: { apiKeys: { secret: { name: 'keys', key: 'keys.json' } } },
  plans: { free: { requestsPerMinute: 10 } },
  services: { agents: { path: '/agents', backend: { service: 'agents', port: 8000 } } },
};
// @ts-expect-error Were the types not found, this would be as good as anything.
export const wrong: AgentGatewayProps = { ...props, hosts: 1 };
const app = new App();
new AgentGateway(new Chart(app, 'chart'), 'gateway', props);
app.synth();
`;

it('holds the compiled library with types, the router, the Dockerfile, README and licence, and nothing else', () => {
  const library = /^lib\/(?!router\/).*\.(js|d\.ts)$/;
  expect(packed.filter((path) => !library.test(path)).sort()).toEqual([
    'LICENSE',
    'README.md',
    'bundle/Dockerfile',
    'bundle/router.cjs',
    'bundle/router.cjs.gz',
    'package.json',
  ]);
  expect(packed.filter((path) => /^lib\/index\.(js|d\.ts)$/.test(path))).toHaveLength(2);
});

it('has a Dockerfile on the same image that runs the program by default', () => {
  const file = readFileSync(join(installed, 'bundle/Dockerfile'), 'utf8');
  expect(/^FROM (.+)$/m.exec(file)?.[1]).toBe(DEFAULTS.router.nodeImage);
});

it('has no dependencies but its peers', () => {
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  expect(manifest.dependencies).toBeUndefined();
  const pulumi = ['@pulumi/kubernetes', '@pulumi/pulumi'];
  const peers = [...pulumi, 'cdk8s', 'cdk8s-plus-28', 'constructs'];
  expect(Object.keys(manifest.peerDependencies).sort()).toEqual(peers);
  const isOptional = (peer: string) => manifest.peerDependenciesMeta[peer]?.optional === true;
  expect(peers.filter(isOptional)).toEqual(pulumi);
});

const STRICT = ['--strict', '--types', 'node', '--target', 'es2022', 'main.ts'];

it('compiles under node16 resolution, declarations and all, and works with cdk8s synth in a project of its own', () => {
  // TypeScript's own libraries are not ours to check.
  const libraries = ['--lib', 'es2022', '--skipDefaultLibCheck'];
  const resolution = ['--module', 'node16', '--moduleResolution', 'node16'];
  runCommand(bin('tsc'), [...resolution, ...libraries, ...STRICT], project);
  writeFileSync(join(project, 'cdk8s.yaml'), 'language: typescript\napp: node main.js\n');
  runCommand(bin('cdk8s'), ['synth', '--check-upgrade=false'], project);
  const kinds = parseAllDocuments(readFileSync(join(project, 'dist/chart.k8s.yaml'), 'utf8')).map(
    (document) => document.get('kind'),
  );
  expect(kinds).toEqual(expect.arrayContaining(['Deployment', 'StatefulSet', 'IngressRoute', 'ConfigMap']));
});

// Declarations say the same under every resolution; that they are found is what differs.
it.each([
  ['node10', 'commonjs', ['--ignoreDeprecations', '6.0']],
  ['bundler', 'esnext', []],
])('imports from TypeScript under %s resolution', (moduleResolution, module, more) => {
  const resolution = ['--module', module, '--moduleResolution', moduleResolution, ...more];
  runCommand(bin('tsc'), ['--noEmit', '--skipLibCheck', ...resolution, ...STRICT], project);
});

it('has declarations that import each other and peers, and nothing that a user may not have', () => {
  const { peerDependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  const strangers = packed
    .filter((path) => path.endsWith('.d.ts'))
    .flatMap((path) => importsIn(path).map((specifier) => ({ path, specifier })))
    .filter(({ path, specifier }) =>
      specifier.startsWith('.')
        ? !packed.includes(posix.join(posix.dirname(path), `${specifier}.d.ts`))
        : !Object.keys(peerDependencies).some((peer) => `${specifier}/`.startsWith(`${peer}/`)),
    );
  expect(strangers).toEqual([]);
});

function importsIn(path: string): readonly string[] {
  const text = readFileSync(join(installed, path), 'utf8');
  return [...text.matchAll(/(?:from|import\() ?'([^']+)'/g)].map(([, specifier]) => specifier as string);
}

it('imports from CommonJS and from ES modules', () => {
  const names = 'Object.keys(m).join()';
  const commonJs = runCommand('node', ['-p', `const m = require('cdk8s-agent-gateway'); ${names}`], project);
  expect(commonJs).toContain('AgentGateway');
  const esm = [
    '--input-type=module',
    '-e',
    "import { AgentGateway } from 'cdk8s-agent-gateway'; console.log(AgentGateway.name)",
  ];
  expect(runCommand('node', esm, project).trim()).toBe('AgentGateway');
});

describe('in a Pulumi project', () => {
  const link = join(project, 'node_modules/@pulumi');
  const newest = join(root, 'node_modules/@pulumi');

  beforeAll(() => {
    symlinkSync(oldestPulumi(), link);
    cpSync(join(root, 'examples/pulumi'), project, { recursive: true });
    writeFileSync(join(project, 'index.ts'), WRONG, { flag: 'a' });
  }, 600_000);

  it('says from which versions on it works', () => {
    const { peerDependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    for (const [name, version] of Object.entries(OLDEST)) {
      expect(`^${version.replace(/\.\d+$/, '.0')}`).toBe(peerDependencies[name]);
      expect(versionIn(link, name)).toBe(version);
    }
  });

  it("compiles by Pulumi's template, with the oldest", () => {
    // Checking Pulumi's own types as well takes three times as long, and says nothing of ours.
    runCommand(bin('tsc'), ['-p', '.', '--ignoreDeprecations', '6.0', '--skipLibCheck'], project);
  }, 120_000);

  it.each([
    ['oldest', oldestPulumi],
    ['newest', () => newest],
  ])(
    'registers its objects, with the %s',
    async (_, packages) => {
      rmSync(link);
      symlinkSync(packages(), link);
      const config = { 'project:host': 'api.example.com', 'project:apiKeys': '{"digest":{}}' };
      const secrets = ['project:apiKeys'];
      const recording = await runAsCli({ folder: project, file: 'bin/index.js', config, secrets });

      expect([recording.exitCode, recording.log]).toEqual([0, []]);
      const types = childrenOf(recording, 'gateway').map(({ type }) => type.replace('kubernetes:', ''));
      expect(types).toEqual(
        expect.arrayContaining([
          'apps/v1:Deployment',
          'core/v1:ConfigMap',
          'traefik.io/v1alpha1:IngressRoute',
        ]),
      );
      // The keys are secret in the state, and in the Secret alone.
      const withKeys = recording.registrations.filter(({ inputs }) =>
        JSON.stringify(revealed(inputs)).includes('digest'),
      );
      expect(withKeys.map(({ type }) => type)).toEqual(['kubernetes:core/v1:Secret']);
      expect(withKeys.map(({ inputs }) => isSecret(inputs.stringData))).toEqual([true]);
      const stack = recording.registrations.find(({ type }) => type === 'pulumi:pulumi:Stack');
      expect(recording.outputs.get(stack?.urn ?? '')).toMatchObject({ urls: ['https://api.example.com'] });
    },
    120_000,
  );
});

/** Were the types not found, this would be as good as anything. */
const WRONG = `
// @ts-expect-error No Input may stand here.
export const wrong: import('cdk8s-agent-gateway/pulumi').AgentGatewayArgs['basePath'] = pulumi.output('/api');
`;
