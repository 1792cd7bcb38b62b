/** The file is one that Kong takes, whatever the props, and falls into none of Kong's traps. */
import { type AgentGatewayProps, InvalidGatewayError, renderKongFile } from 'cdk8s-agent-gateway';
import * as fc from 'fast-check';
import { judgeKongFile } from '../../support/kong-judge/judge';
import { loadKongSchemas } from '../../support/kong-judge/schemas';
import { kongTraps } from '../../support/kong-judge/traps';
import { kongFileOf } from '../../support/kong-shapes';

const schemas = loadKongSchemas();
const ROUTER = { host: '127.0.0.1', port: 8080 };

const base: AgentGatewayProps = {
  hosts: ['api.example.com'],
  edge: { kong: { dbless: {} } },
  auth: { apiKeys: { secret: { name: 'keys', key: 'keys.json' } } },
  plans: { free: { requestsPerMinute: 10 } },
  services: { agents: { path: '/agents', backend: { service: 'agents', port: 8000 } } },
};

const segment = fc.stringMatching(/^[A-Za-z0-9_~-]([A-Za-z0-9._~-]{0,6}[A-Za-z0-9_~-])?$/);
const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,6}[a-z0-9])?$/);
const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{2,8}$/);
const props = fc.record({
  hosts: fc.uniqueArray(
    fc.tuple(label, label).map((parts) => parts.join('.')),
    { minLength: 1, maxLength: 3 },
  ),
  basePath: fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join('/')}`),
  cors: fc.record({
    origins: fc.uniqueArray(
      label.map((name) => `https://${name}.example`),
      { minLength: 1, maxLength: 3 },
    ),
    originPatterns: fc.constantFrom([], ['https://[a-z]+\\.example'], ['https://a\\.example|https://b']),
    headers: fc.uniqueArray(token, { maxLength: 3 }),
    exposeHeaders: fc.uniqueArray(token, { maxLength: 3 }),
    credentials: fc.boolean(),
  }),
  bodyLimitBytes: fc.integer({ min: 1, max: 1_073_741_824 }),
});

const withSchemas = schemas === undefined ? describe.skip : describe;

withSchemas('judged by Kong’s schemas', () => {
  test('is accepted, whatever the props', () => {
    fc.assert(
      fc.property(props, (one) => {
        const text = renderKongFile({ ...base, ...one }, ROUTER);
        expect(judgeKongFile(schemas as NonNullable<typeof schemas>, text)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

test('falls into no trap, whatever the props', () => {
  fc.assert(
    fc.property(props, (one) => {
      expect(kongTraps(renderKongFile({ ...base, ...one }, ROUTER))).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test('is the same for users outside Kubernetes, but for where the router is', () => {
  const { edge, ...rest } = base;
  const inside = kongFileOf({ ...rest, name: 'gateway' });
  const outside = renderKongFile({ ...base, name: 'gateway' }, ROUTER);

  expect(edge.kong).toBeDefined();
  expect(outside).toBe(
    inside.replace('host: gateway-router', 'host: 127.0.0.1').replace('port: 80\n', 'port: 8080\n'),
  );
});

test('is refused for another edge, with the fix', () => {
  const make = () => renderKongFile({ ...base, edge: { traefik: {} } }, ROUTER);

  expect(make).toThrow(InvalidGatewayError);
  expect(make).toThrow('use edge: { kong: { dbless: {} } }');
});

test('is refused for props that have problems', () => {
  expect(() => renderKongFile({ ...base, hosts: [] }, ROUTER)).toThrow('AGW_EMPTY');
});
