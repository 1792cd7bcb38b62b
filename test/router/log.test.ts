import { createLog, jsonText } from '../../src/router/log';

test('writes every kind of value as JSON, and leaves out what has none', () => {
  let text = '';
  const log = createLog((lines) => {
    text += lines;
  });
  const fields = {
    plain: 'a b',
    quoted: '"\\',
    lines: 'a\nb',
    umlaut: 'ü',
    count: 1.5,
    yes: true,
    list: [1],
  };

  log.write('warn', { ...fields, none: undefined });
  expect(text).toBe('');
  log.flush();
  const line = JSON.parse(text) as Record<string, unknown>;
  expect(line).toEqual({ time: expect.stringMatching(/Z$/), level: 'warn', ...fields });
  expect(text.endsWith('}\n')).toBe(true);
});

test('writes members that are JSON already as they are', () => {
  let text = '';
  const log = createLog((lines) => {
    text += lines;
  });

  log.append('info', `,"text":${jsonText('a b')},"odd":${jsonText('"\n')}`);
  log.flush();
  expect(JSON.parse(text)).toMatchObject({ level: 'info', text: 'a b', odd: '"\n' });
});

test.each([
  '2026-11-27T15:58:17.000Z',
  '2026-11-27T15:58:17.007Z',
  '2026-11-27T15:58:17.999Z',
  '2027-01-01T00:00:00.010Z',
])('writes the time %s', (time) => {
  let text = '';
  const log = createLog((lines) => {
    text += lines;
  });
  jest.spyOn(Date, 'now').mockReturnValue(Date.parse(time));

  log.write('info', {});
  log.flush();
  jest.restoreAllMocks();
  expect(JSON.parse(text)).toEqual({ time, level: 'info' });
});

test('hands lines over before they grow long', () => {
  let flushes = 0;
  const log = createLog(() => flushes++);

  for (let line = 0; line < 100; line++) log.write('info', { text: 'x'.repeat(1_000) });
  expect(flushes).toBeGreaterThan(3);
});
