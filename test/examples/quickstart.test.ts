/** The quickstart as a newcomer runs it: what it prints is what it promises. */
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(__dirname, '../..');
let output = '';

beforeAll(async () => {
  const tsx = join(root, 'node_modules/.bin/tsx');
  // Against the sources; `npm run quickstart` runs the same file against the compiled package.
  const args = ['--tsconfig', join(root, 'test/tsconfig.json'), join(root, 'examples/quickstart/demo.ts')];
  output = (await promisify(execFile)(tsx, args, { cwd: root, timeout: 60_000 })).stdout;
}, 60_000);

/** What stands under a heading. */
function section(title: string): string {
  return output.split(`== ${title}`)[1]?.split('\n== ')[0] ?? '';
}

it('prints the objects and the routes', () => {
  expect(section('Objects')).toMatch(/Deployment +agents-gateway-\w+-router/);
  expect(section('Routes')).toMatch(/\/api\/v2\/agents +claude-3\* +-> anthropic-agent-service:8000/);
});

it('shows a refused request', () => {
  expect(section('Refused: no credential')).toMatch(/< 401 [\s\S]*< www-authenticate: Bearer/);
});

it('shows an allowed request with what is left of its limits', () => {
  expect(section('Allowed')).toMatch(/< 200 [\s\S]*< ratelimit: "minute";r=9;t=60, "day";r=99/);
  expect(section('Allowed')).toContain(
    '"backend":"tool-service:8001","path":"/tools","user":"ada","org":"globex"',
  );
});

it('shows a request routed by its model, and one by the pin of its tenant', () => {
  expect(section('Routed by the model')).toContain('"backend":"anthropic-agent-service:8000"');
  expect(section('Routed by API key')).toMatch(/< deprecation: @\d+[\s\S]*"backend":"agent-service-v1:8000"/);
});

it('shows events one by one as they are sent', () => {
  const times = [...section('Streamed').matchAll(/< \+(\d+) ms {2}data: /g)].map(([, time]) => Number(time));
  expect(times).toHaveLength(4);
  expect([...times].sort((a, b) => a - b)).toEqual(times);
});

it('shows a request beyond the plan', () => {
  expect(section('Refused: the eleventh')).toMatch(
    /< 429 [\s\S]*< retry-after: \d+[\s\S]*"code":"limit_exceeded"/,
  );
});

it('ends by itself, with the router', () => {
  expect(output).toMatch(/The router ended with exit code 0\.\n$/);
});
