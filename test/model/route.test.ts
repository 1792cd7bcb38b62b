/** Paths to services (contract R4, R5). */
import { compileRoutes, matchRoute } from '../../src/model/route';
import { modelWith } from '../support/resolved';

const backend = { service: 'a', port: 1 };
const model = modelWith({
  basePath: '/api',
  versions: { v1: {}, 'v1.1': { weightPercent: 1 } },
  services: {
    agents: { path: '/agents' },
    chat: { path: '/agents/chat', backend },
    'agents-beta': { path: '/agents-beta', backend },
    reports: { path: '/reports', backend, methods: ['POST', 'GET'] },
  },
});
const routes = compileRoutes(model);
const rooted = compileRoutes(
  modelWith({
    services: { agents: { path: '/' }, tools: { path: '/tools', backend } },
    versions: { v1: {} },
  }),
);

it.each([
  ['/api/agents', 'agents', undefined, '', '/api'],
  ['/api/agents/', 'agents', undefined, '/', '/api'],
  ['/api/agents/a/b', 'agents', undefined, '/a/b', '/api'],
  ['/api/v1/agents/a', 'agents', 'v1', '/a', '/api/v1'],
  ['/api/v1.1/agents', 'agents', 'v1.1', '', '/api/v1.1'],
  // The longest path wins, on whole segments.
  ['/api/agents/chat', 'chat', undefined, '', '/api'],
  ['/api/agents/chat/1', 'chat', undefined, '/1', '/api'],
  ['/api/agents/chats', 'agents', undefined, '/chats', '/api'],
  ['/api/agents-beta', 'agents-beta', undefined, '', '/api'],
  // What follows the service is the backend's business, as long as nobody can read it as climbing out.
  ['/api/agents//x', 'agents', undefined, '//x', '/api'],
  ['/api/agents/a%2Fb', 'agents', undefined, '/a%2Fb', '/api'],
  ['/api/agents/%E2%82%AC', 'agents', undefined, '/%E2%82%AC', '/api'],
  ['/api/agents/...', 'agents', undefined, '/...', '/api'],
  ['/api/agents/.well-known', 'agents', undefined, '/.well-known', '/api'],
  ['/api/agents/a;b=c', 'agents', undefined, '/a;b=c', '/api'],
])('%s goes to %s', (path, name, pathVersion, rest, prefix) => {
  const match = matchRoute(routes, 'GET', path);
  expect(match).toMatchObject({ kind: 'route', name, rest, prefix });
  expect(match).toHaveProperty('service', model.services[name]);
  expect((match as { pathVersion?: string }).pathVersion).toBe(pathVersion);
});

it.each([
  '/',
  '/api',
  '/api/',
  '/apix/agents',
  '/agents',
  '/api/agentsx',
  '/API/agents',
  '/api/Agents',
  '/api/v2/agents',
  '/api/V1/agents',
  '/api/v1',
  '/api/v1/v1/agents',
  '//api/agents',
  '/api//agents',
  '/api/v1//agents',
  '/api%2Fagents',
  '/api/%61gents',
  '/api/agents%2Fchat',
  '/api/agents%2e',
  '/api/constructor',
  '/api/__proto__',
  '/api/toString',
])('%s goes nowhere', (path) => {
  expect(matchRoute(routes, 'GET', path)).toEqual({ kind: 'refused', code: 'route_not_found' });
});

it.each([
  '',
  'api/agents',
  '/api/../agents',
  '/api/agents/..',
  '/api/agents/../tools',
  '/api/agents/.',
  '/api/./agents',
  '/api/agents/%2e%2e/x',
  '/api/agents/%2E%2e',
  '/api/agents/.%2e',
  '/api/agents/..%2fx',
  '/api/agents/a%2f..%2f..',
  '/api/agents/%252e%252e/x',
  '/api/agents/..;/x',
  '/api/agents/..%5cx',
  '/api/agents\\..\\x',
  '/api/agents/\\x',
  '/api/agents/%00',
  '/api/agents/%0d%0a',
  '/api/agents/%7f',
  '/api/agents/%',
  '/api/agents/%2',
  '/api/agents/%zz',
  '/api/agents/a b',
  '/api/agents/ä',
  '/api/agents/a\u0000b',
  '/api/agents/a#b',
  '/api/agents?x=1',
])('%j is no plain path', (path) => {
  expect(matchRoute(routes, 'GET', path)).toEqual({ kind: 'refused', code: 'path_invalid' });
});

it('refuses a method that the service does not take, and names those that it does', () => {
  expect(matchRoute(routes, 'GET', '/api/reports')).toMatchObject({ kind: 'route' });
  expect(matchRoute(routes, 'DELETE', '/api/reports')).toEqual({
    kind: 'refused',
    code: 'method_not_allowed',
    allow: ['GET', 'POST'],
  });
  expect(matchRoute(routes, 'get', '/api/reports')).toMatchObject({ code: 'method_not_allowed' });
});

it.each([
  ['/', 'agents', '/'],
  ['/v1', 'agents', ''],
  ['/v1/x', 'agents', '/x'],
  ['/anything/else', 'agents', '/anything/else'],
  ['/tools', 'tools', ''],
  ['/v1/tools/x', 'tools', '/x'],
  ['/toolsx', 'agents', '/toolsx'],
])('with a service at the root, %s goes to %s', (path, name, rest) => {
  expect(matchRoute(rooted, 'GET', path)).toMatchObject({ kind: 'route', name, rest });
});
