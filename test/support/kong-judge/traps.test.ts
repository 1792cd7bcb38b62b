/** Each trap is seen where it is. */
import { kongTraps } from './traps';

const file = (service: object, route: object, rest: object = {}) =>
  JSON.stringify({
    _format_version: '3.0',
    services: [
      {
        name: 'a',
        host: 'a',
        retries: 0,
        ...service,
        routes: [
          {
            name: 'a',
            hosts: ['a.example'],
            paths: ['~/a(?:/|$)'],
            request_buffering: false,
            response_buffering: false,
            plugins: [{ name: 'pre-function' }],
            ...route,
          },
        ],
      },
    ],
    ...rest,
  });
const onRoute = (name: string, config: object) => ({ plugins: [{ name: 'pre-function' }, { name, config }] });
const cors = { origins: ['^(?:https://a\\.example)$'], headers: ['Accept'] };

test('finds none in a file that has none', () => {
  expect(kongTraps(file({}, onRoute('cors', cors)))).toEqual([]);
});

test.each([
  ['requests are sent twice', file({ retries: 5 }, {})],
  ['random id', file({}, { name: undefined })],
  ['random id', file({}, {}, { consumers: [{ username: 'a', keyauth_credentials: [{ key: 'k' }] }] })],
  ['held back', file({}, { response_buffering: true })],
  ['part of a segment', file({}, { paths: ['/a'] })],
  ['case of a host', file({}, { hosts: ['A.example'] })],
  ['preflight not matched', file({}, { methods: ['GET'], ...onRoute('cors', cors) })],
  ['headers of identity pass', file({}, { plugins: [] })],
  ['enforces nothing', file({}, {}, { consumers: [{ username: 'a', plugins: [{ name: 'jwt' }] }] })],
  ['reference taken literally', consumerWithSecret('{vault://env/x}')],
  [
    'limit counts as illness',
    file({}, {}, { upstreams: [{ healthchecks: { passive: { unhealthy: {} } } }] }),
  ],
  ['old redis field', file({}, onRoute('rate-limiting', { redis_host: 'a' }))],
  ['bad token passes', file({}, onRoute('jwt', { anonymous: 'a' }))],
  ['template', file({}, onRoute('request-transformer', { add: { headers: ['X-A:$(uuid())'] } }))],
  ['glob taken as expression', file({}, onRoute('cors', { ...cors, origins: ['https://*.a.example', 'b'] }))],
  ['origin sent to everybody', file({}, onRoute('cors', { ...cors, origins: ['https://a.example'] }))],
  ['credentials for everybody', file({}, onRoute('cors', { ...cors, origins: ['*'], credentials: true }))],
  ['any header', file({}, onRoute('cors', { ...cors, headers: [] }))],
  ['preflight without CORS', file({}, onRoute('cors', { ...cors, preflight_continue: true }))],
])('sees: %s', (trap, text) => {
  expect(kongTraps(text)).toContain(trap);
});

function consumerWithSecret(secret: string): string {
  return file({}, {}, { consumers: [{ username: 'a', jwt_secrets: [{ id: '1', secret }] }] });
}
