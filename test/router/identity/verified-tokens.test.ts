import { VerifiedTokens } from '../../../src/router/identity/verified-tokens';

const verified = (untilSeconds: number, subject = 'ada') => ({
  verification: { kind: 'caller', caller: { subject, limitKey: subject, via: 'jwt' } } as const,
  untilSeconds,
});

it('knows a token until it expires, and lets it go then', () => {
  const tokens = new VerifiedTokens();
  tokens.add('a.b.c', verified(100), tokens.generation);

  expect(tokens.get('a.b.c', 99)).toMatchObject({ caller: { subject: 'ada' } });
  expect(tokens.get('a.b.c', 100)).toBeUndefined();
  expect(tokens.size).toBe(0);
});

it('knows nothing of a token that differs in one character', () => {
  const tokens = new VerifiedTokens();
  tokens.add('a.b.c', verified(100), tokens.generation);

  expect(tokens.get('a.b.d', 0)).toBeUndefined();
  expect(tokens.get('a.b.', 0)).toBeUndefined();
});

it('knows nothing of a token that has the signature of another', () => {
  const tokens = new VerifiedTokens();
  const signature = 'x'.repeat(342);
  tokens.add(`e30.e30.${signature}`, verified(100), tokens.generation);
  tokens.add(`e30.e31.${signature}`, verified(100, 'eve'), tokens.generation);

  expect(tokens.get(`e30.e31.${signature}`, 0)).toBeUndefined();
  expect(tokens.get(signature, 0)).toBeUndefined();
  expect(tokens.get(`e30.e30.${signature}`, 0)).toMatchObject({ caller: { subject: 'ada' } });
});

it('forgets everything, and keeps nothing whose key was looked up before', () => {
  const tokens = new VerifiedTokens();
  const before = tokens.generation;
  tokens.add('early', verified(100), before);

  tokens.clear();
  tokens.add('late', verified(100), before);

  expect(tokens.get('early', 0)).toBeUndefined();
  expect(tokens.get('late', 0)).toBeUndefined();
  tokens.add('now', verified(100), tokens.generation);
  expect(tokens.get('now', 0)).toBeDefined();
});

it('holds 10,000 tokens at most, and lets the oldest go', () => {
  const tokens = new VerifiedTokens();
  for (let i = 0; i < 10_002; i++) tokens.add(`token-${i}`, verified(100), tokens.generation);

  expect(tokens.size).toBe(10_000);
  expect(tokens.get('token-1', 0)).toBeUndefined();
  expect(tokens.get('token-2', 0)).toBeDefined();
  expect(tokens.get('token-10001', 0)).toBeDefined();
});

it('holds fewer tokens when they are long', () => {
  const tokens = new VerifiedTokens();
  for (let i = 0; i < 900; i++) tokens.add(`${i}`.padStart(10_000, 'x'), verified(100), tokens.generation);

  expect(tokens.size).toBe(800);
});

it('has room again after it has forgotten everything', () => {
  const tokens = new VerifiedTokens();
  const fill = () => {
    for (let i = 0; i < 800; i++) tokens.add(`${i}`.padStart(10_000, 'x'), verified(100), tokens.generation);
  };
  fill();

  tokens.clear();
  fill();

  expect(tokens.size).toBe(800);
});

it('counts a token once that is verified twice at the same time', () => {
  const tokens = new VerifiedTokens();
  for (let i = 0; i < 2_000; i++) tokens.add('x'.repeat(10_000), verified(100), tokens.generation);
  tokens.add('y', verified(100), tokens.generation);

  expect(tokens.size).toBe(2);
});
