/** The reader of the top-level `model` against `JSON.parse`, split at every byte. */
import fc from 'fast-check';
import { ModelField, type ModelFieldResult } from '../../src/router/model-field';

/** Reads a text in pieces that end at the given places. */
function read(text: string | Buffer, ...cuts: number[]): ModelFieldResult {
  const bytes = Buffer.from(text);
  const field = new ModelField();
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    if (!field.push(bytes.subarray(from, cut))) return field.result();
    from = cut;
  }
  return field.result();
}

function readEverySplit(text: string): Set<string> {
  const length = Buffer.byteLength(text);
  const results = new Set<string>();
  for (let cut = 0; cut <= length; cut++) results.add(JSON.stringify(read(text, cut)));
  results.add(JSON.stringify(read(text, ...Array.from({ length }, (_, index) => index))));
  return results;
}

/** What the reader has to say, by the built-in parser. */
function expected(text: string): ModelFieldResult['kind'] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? 'object' : 'invalid';
  } catch {
    return 'invalid';
  }
}

test.each([
  ['{"model":"gpt-4"}', 'gpt-4'],
  [' {\n"messages" : [ { "model" : "inner" } ] , "model" : "gpt-4" } \r\n', 'gpt-4'],
  ['{"\\u006d\\u006F\\u0064\\u0065\\u006c":"gpt-4"}', 'gpt-4'],
  ['{"model":"\\u0067pt\\n\\"4\\""}', 'gpt\n"4"'],
  ['{"model":"größe-\u{1f600}"}', 'größe-\u{1f600}'],
  ['{"model":""}', ''],
  ['{}', undefined],
  ['{"Model":"gpt-4","models":"x","mode":"y"}', undefined],
  ['{"a":{"model":"inner"},"b":["model","x"]}', undefined],
  ['{"x":"model","y":[1,-0.5e+3,true,false,null]}', undefined],
])('reads the model of %s', (text, model) => {
  expect(readEverySplit(text)).toEqual(
    new Set([JSON.stringify(model === undefined ? { kind: 'object' } : { kind: 'object', model })]),
  );
});

test.each([
  ['two models', '{"model":"a","model":"b"}', 'it has more than one "model"'],
  ['two models, one with escapes', '{"model":"a","\\u006dodel":"b"}', 'it has more than one "model"'],
  ['a number', '{"model":4}', 'its "model" is not a string'],
  ['null at the end', '{"x":1,"model":null}', 'its "model" is not a string'],
  ['an object', '{"model":{"model":"a"},"x":1}', 'its "model" is not a string'],
  ['an array', '{"model":["a"]}', 'its "model" is not a string'],
  ['an empty body', '', 'it ends too early'],
  ['half a body', '{"model":"a"', 'it ends too early'],
  ['an array at the top', '["model"]', 'byte 0 is not JSON that starts with {'],
  ['a byte order mark', '\ufeff{}', 'byte 0 is not JSON that starts with {'],
  ['text after the end', '{"model":"a"}x', 'byte 13 is not JSON that starts with {'],
  ['a second object', '{"model":"a"}{"model":"b"}', 'byte 13 is not JSON that starts with {'],
  ['the wrong bracket', '{"a":[1}', 'byte 7 closes what is not open'],
  ['deep nesting', `{"a":${'['.repeat(512)}`, 'it is nested deeper than 512'],
])('refuses %s', (_name, text, reason) => {
  expect(readEverySplit(text)).toEqual(new Set([JSON.stringify({ kind: 'invalid', reason })]));
});

test('refuses a model that is not UTF-8', () => {
  const text = Buffer.concat([Buffer.from('{"model":"a'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);

  expect(read(text)).toEqual({ kind: 'invalid', reason: 'its "model" is not UTF-8' });
});

test('takes exactly the objects that JSON.parse takes', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), fc.nat(), (text, cut) => {
      expect(read(text, cut % (Buffer.byteLength(text) + 1)).kind).toBe(expected(text));
    }),
  );
});

test('takes a text that was changed somewhere exactly if JSON.parse takes it', () => {
  const alphabet = [...'{}[]",:\\ue019.-+tfn \n\t', '\u0001', 'é', '\u007f'];
  fc.assert(
    fc.property(
      fc.json({ maxDepth: 3 }),
      fc.nat(),
      fc.constantFrom('', ...alphabet),
      fc.nat(),
      (json, at, put, cut) => {
        const text = `{"a":${json}}`;
        const place = at % text.length;
        const changed = text.slice(0, place) + put + text.slice(place + 1);
        // Two spellings of one key are both right for JSON.parse; no generated key is "model".
        expect(read(changed, cut % (Buffer.byteLength(changed) + 1)).kind).toBe(expected(changed));
      },
    ),
    { numRuns: 2_000 },
  );
});

test('takes texts of the characters of JSON exactly if JSON.parse takes them', () => {
  const characters = fc.array(fc.constantFrom(...'{}[]",:\\u0019.-+e ', '"a":', 'true', 'null', '{"'), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(characters, (parts) => {
      const text = parts.join('');
      expect(read(text).kind).toBe(expected(text));
    }),
    { numRuns: 5_000 },
  );
});

test('finds the model that JSON.parse finds, wherever it stands', () => {
  const members = fc.dictionary(
    fc.string().filter((key) => key !== 'model'),
    fc.jsonValue({ maxDepth: 2 }),
    { maxKeys: 5 },
  );
  fc.assert(
    fc.property(members, members, fc.string({ unit: 'binary' }), fc.nat(), (before, after, model, cut) => {
      const text = JSON.stringify({ ...before, model, ...after });
      const bytes = Buffer.from(text);
      const parsed = JSON.parse(bytes.toString('utf8')) as { model: string };
      expect(read(bytes, cut % (bytes.length + 1))).toEqual({ kind: 'object', model: parsed.model });
    }),
  );
});
