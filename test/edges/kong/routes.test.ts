/** Paths that Kong sends to the router, in both shapes, beside what the model says of the same paths. */

import { compileRoutes, matchRoute } from '../../../src/model/route';
import { resolveGateway } from '../../../src/resolve/resolve-gateway';
import {
  type EdgelessProps,
  kongFileOf,
  objectsForController,
  routeOfFile,
  routeOfObjects,
} from '../../support/kong-shapes';

const base: EdgelessProps = {
  name: 'paths',
  hosts: ['api.example.com'],
  auth: { apiKeys: { secret: { name: 'keys', key: 'keys.json' } } },
  plans: { free: {} },
  versions: { v1: {} },
  services: {
    agents: { path: '/agents', backend: { service: 'agents', port: 8000 } },
  },
};

const PATHS = [
  '',
  '/',
  '/agents',
  '/agents/',
  '/agents/chat',
  '/agentsx',
  '/agents%2Fchat',
  '/Agents',
  '/v1/agents',
  '/v1/agents/a.b~c',
  '/v1//agents',
  '/v1/../agents',
  '/v1/%2e%2e/agents',
  '/v1;a=b/agents',
].flatMap((path) =>
  ['', '/api', '/api/v1.0', '/api/v1x0', '/apix', '/API', '/api%2Fv1.0'].map((base) => base + path),
);

/** As Kong 3.9 does before it matches: slashes merged, dot segments resolved, harmless escapes decoded. */
function normalised(path: string): string {
  const plain = path.replace(/%([0-9a-f]{2})/gi, (all, hex: string) => {
    const char = String.fromCharCode(Number.parseInt(hex, 16));
    return /[A-Za-z0-9._~-]/.test(char) ? char : all.toUpperCase();
  });
  const { pathname } = new URL(`http://a${plain.replace(/\/+/g, '/')}`);
  return pathname;
}

function kongMatches(paths: readonly string[], path: string): boolean {
  return paths.some((one) =>
    one.startsWith('~') ? new RegExp(`^${one.slice(1)}`).test(path) : path.startsWith(one),
  );
}

describe.each(['/', '/api', '/api/v1.0'])('base path %s', (basePath) => {
  const props = { ...base, basePath };
  const fromFile = routeOfFile(kongFileOf(props)).paths;
  const fromObjects = routeOfObjects(objectsForController(props)).paths;
  const resolved = resolveGateway({ ...props, edge: { kong: { dbless: {} } } });
  if (resolved.kind !== 'resolved') throw new Error('the props are good');
  const routes = compileRoutes(resolved.gateway);

  test.each(PATHS.filter((path) => path !== ''))('%s', (path) => {
    const seen = normalised(path);
    const decision = matchRoute(routes, 'GET', seen);

    // What Kong keeps to itself the router would not know either; what the router knows reaches it.
    expect(kongMatches(fromFile, seen)).toBe(kongMatches(fromObjects, seen));
    if (decision.kind === 'route') expect(kongMatches(fromFile, seen)).toBe(true);
    if (!kongMatches(fromFile, seen)) {
      expect(decision).toMatchObject({ kind: 'refused', code: 'route_not_found' });
    }
  });
});
