/** Traefik takes out of a request what the router would not pass on, by a pattern; the two must not differ. */
import { otherUpgradePattern, takenOverPattern } from '../../../src/edges/traefik/auth-headers';
import { IDENTITY_HEADERS, REPLACED_HEADERS, VOUCHED_HEADERS } from '../../../src/model/headers';
import { HOP_BY_HOP } from '../../../src/model/protected-headers';
import { compileGateway } from '../../../src/router/compiled-gateway';
import type { Exchange } from '../../../src/router/exchange';
import { backendHeaders } from '../../../src/router/proxy/request-headers';
import { modelOf } from '../../support/router-under-test';

/** RE2 as JavaScript has it. */
function compiled(pattern: string): RegExp {
  const inner = /^\^\(\?i:(.*)\)\$$/.exec(pattern)?.[1];
  return new RegExp(`^(?:${inner})$`, 'i');
}

const takenOver = compiled(takenOverPattern());

/** A gateway whose edge has replaced forwarded headers, as Traefik does. */
const gateway = compileGateway(modelOf(80, { model: { edgeDuties: ['forwarded-headers'] } }));

/** Whether the router passes a header of a client on as it came. */
function passes(name: string): boolean {
  const exchange = {
    request: { headers: {}, rawHeaders: [name, 'of the client'], socket: {} },
    continuesTrace: true,
    requestId: 'id',
    traceparent: 'trace',
  } as unknown as Exchange;
  const headers = backendHeaders(gateway, exchange, { host: 'agents', port: 80 });
  return headers.some((text) => text.includes('of the client'));
}

const NAMES = [
  ...Object.values(IDENTITY_HEADERS),
  ...REPLACED_HEADERS,
  ...VOUCHED_HEADERS,
  ...HOP_BY_HOP,
  ...[
    'authorization',
    'tracestate',
    'forwarded',
    'cookie',
    'accept',
    'content-type',
    'x-session-id',
    'x-user',
  ],
  ...[
    'server',
    'uri',
    'method',
    'user',
    'email',
    'forx',
    'fo',
    'proto-x',
    'groups',
    'p',
    'portal',
    'hostname',
  ].map((word) => `x-forwarded-${word}`),
  ...['x-forwarded', 'x-real', 'x-real-ip-address', 'x-user-id-2', 'my-x-user-id', 'xuserid', 'x-plans'],
];

const spellings = [...new Set(NAMES)].flatMap((name) => [
  name,
  name.toUpperCase(),
  ...['_', '.', '~'].flatMap((separator) => [
    name.replaceAll('-', separator),
    name.replace('-', separator),
    name.replace(/-([^-]*)$/, `${separator}$1`),
  ]),
]);

/**
 * About one connection or one body: Traefik sees to the plain spelling itself, and needs some of them. `authorization` and
 * `tracestate` are taken over and given back.
 */
const TRAEFIKS_OWN = new Set(['host', 'expect', 'content-length', 'connection', 'te', 'trailer', 'upgrade']);
const GIVEN_BACK = new Set(['authorization', 'tracestate']);

test.each([...new Set(spellings)])(
  'takes %s out if the router does not pass it on, and only then',
  (name) => {
    const plain = name.toLowerCase();
    if (TRAEFIKS_OWN.has(plain)) return;

    expect(takenOver.test(name)).toBe(GIVEN_BACK.has(plain) || !passes(name));
  },
);

test('leaves what a WebSocket needs', () => {
  for (const name of ['Connection', 'Upgrade', 'Sec-Websocket-Key', 'Sec-Websocket-Protocol']) {
    expect([name, takenOver.test(name)]).toEqual([name, false]);
  }
});

test('uses only what Go’s RE2 has', () => {
  for (const pattern of [takenOverPattern(), otherUpgradePattern()]) {
    expect(pattern).not.toMatch(/\(\?[=!<]|\\\d/);
  }
});

test('knows an upgrade to a WebSocket from every other', () => {
  const other = compiled(otherUpgradePattern());
  expect(['websocket', 'WebSocket', 'WEBSOCKET'].filter((value) => other.test(value))).toEqual([]);
  const others = [
    '',
    'h2c',
    'websocket, h2c',
    'h2c, websocket',
    'websockets',
    'websocke',
    'xwebsocket',
    'web socket',
  ];
  expect(others.filter((value) => !other.test(value))).toEqual([]);
});
