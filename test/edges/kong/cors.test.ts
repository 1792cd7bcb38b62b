/** Which origins Kong's plugin allows with our configuration, beside what the model says of the same origins. */
import { renderCorsPlugin } from '../../../src/edges/kong/cors';
import { compileOrigins } from '../../../src/model/cors';
import type { CorsModel } from '../../../src/model/gateway-model';

const cors: CorsModel = {
  origins: ['https://app.example.com', 'http://localhost:3000'],
  originPatterns: ['https://[a-z0-9-]+\\.preview\\.example\\.com', 'https://a\\.example|https://b\\.example'],
  methods: ['GET'],
  headers: ['Authorization'],
  exposeHeaders: [],
  credentials: true,
  maxAgeSeconds: 600,
};

/**
 * Kong 3.9's choice: an expression, which is one by any character beyond letters, digits and `.:/-`, is anchored at both
 * ends of the origin; one without a colon is compared with the host alone. A single origin that is none is always sent.
 */
function kongAllows(entries: readonly string[], origin: string): boolean {
  const [only = ''] = entries;
  if (entries.length === 1 && (only === '*' || /^[A-Za-z0-9.:/-]+$/.test(only))) return true;
  return entries.some((entry) => {
    if (!/[^A-Za-z0-9.:/-]/.test(entry)) return entry === origin;
    const anchored = `${entry.replace(/^\^/, '').replace(/\$$/, '')}$`;
    const subject = entry.includes(':') ? origin : origin.replace(/^\w+:\/\//, '');
    return new RegExp(anchored, 'y').test(subject);
  });
}

const ORIGINS = [
  'https://app.example.com',
  'http://app.example.com',
  'https://appxexample.com',
  'https://app.example.com.evil.example',
  'https://evil.example/?https://app.example.com',
  'http://localhost:3000',
  'http://localhost:3001',
  'https://x.preview.example.com',
  'https://x.y.preview.example.com',
  'https://a.example',
  'https://b.example',
  'https://a.example.evil.example',
  'https://evilhttps://b.example',
  'null',
];

const single = { ...cors, origins: ['https://app.example.com'], originPatterns: [] };
const hostPattern = { ...cors, origins: [], originPatterns: ['[a-z]+\\.example'] };

describe.each([
  ['several origins and patterns', cors],
  ['a single origin', single],
  ['a pattern without a scheme', hostPattern],
  ['any origin', { ...single, origins: ['*'], credentials: false }],
])('%s', (_, model) => {
  const allows = compileOrigins(model);
  const { config } = renderCorsPlugin(model);

  test.each(ORIGINS)('%s', (origin) => {
    expect(kongAllows(config.origins as string[], origin)).toBe(allows(origin));
  });
});

test('allows no header beyond what any page may send, where the list is empty', () => {
  expect(renderCorsPlugin({ ...cors, headers: [] }).config.headers).toEqual(['Accept']);
});

test('answers preflights itself, before anything that could refuse them', () => {
  expect(renderCorsPlugin(cors).config.preflight_continue).toBe(false);
});
