/** Changes of JSON leave all that they are not about as it was, to the byte. */
import {
  type Arbitrary,
  assert,
  constantFrom,
  dictionary,
  json,
  property,
  record,
  string,
  uniqueArray,
} from 'fast-check';
import type { JsonChangesModel } from '../../src/model/gateway-model';
import { JsonEditor } from '../../src/router/json-editor';
import { ModelField } from '../../src/router/model-field';

const none: JsonChangesModel = { rename: {}, remove: [], defaults: {} };

function edited(changes: Partial<JsonChangesModel>, text: string, cut = text.length): string {
  const bytes = Buffer.from(text);
  const chunks = cut >= bytes.length ? [bytes] : [bytes.subarray(0, cut), bytes.subarray(cut)];
  return Buffer.concat(new JsonEditor({ ...none, ...changes }).edit(chunks)).toString();
}

test.each<[string, Partial<JsonChangesModel>, string, string]>([
  ['renames a field', { rename: { a: 'b' } }, '{"a":1,"c":2}', '{"b":1,"c":2}'],
  ['renames a field whose key is escaped', { rename: { a: 'b' } }, '{"\\u0061" : 1}', '{"b" : 1}'],
  ['renames a key that stands twice, twice', { rename: { a: 'b' } }, '{"a":1,"a":2}', '{"b":1,"b":2}'],
  [
    'renames inside objects',
    { rename: { 'o.p.a': 'b' } },
    '{"o":{"p":{"a":1},"a":2},"a":3}',
    '{"o":{"p":{"b":1},"a":2},"a":3}',
  ],
  [
    'renames an object and what is in it',
    { rename: { o: 'p', 'o.a': 'b' } },
    '{"o":{"a":1}}',
    '{"p":{"b":1}}',
  ],
  ['swaps two fields', { rename: { a: 'b', b: 'a' } }, '{"a":1,"b":2}', '{"b":1,"a":2}'],
  ['keeps a field whose new name is there', { rename: { a: 'b' } }, '{"a":1,"b":2}', '{"a":1,"b":2}'],
  [
    'takes a name that a removed field had',
    { rename: { a: 'b' }, remove: ['b'] },
    '{"a":1,"b":2}',
    '{"b":1}',
  ],
  ['removes the first field', { remove: ['a'] }, '{ "a" : 1 , "b" : 2 }', '{ "b" : 2 }'],
  ['removes one in the middle', { remove: ['b'] }, '{"a":1,"b":[{"x":"}]"}],"c":3}', '{"a":1,"c":3}'],
  ['removes the last field', { remove: ['b'] }, '{ "a" : 1 , "b" : 2 }', '{ "a" : 1 }'],
  ['removes the last two', { remove: ['b', 'c'] }, '{"a":1,"b":2,"c":3}', '{"a":1}'],
  ['removes all there is', { remove: ['a', 'b'] }, '{ "a":1,"b":2 }', '{ }'],
  ['removes a key that stands twice, twice', { remove: ['a'] }, '{"a":1,"b":2,"a":3}', '{"b":2}'],
  [
    'adds what is missing',
    { defaults: { a: 1, b: 'x"y', c: true } },
    '{"a":0}',
    '{"a":0,"b":"x\\"y","c":true}',
  ],
  ['adds to an empty object', { defaults: { a: 1 } }, ' { } ', ' {"a":1 } '],
  ['adds inside objects that are there', { defaults: { 'o.a': 1 } }, '{"o":{"b":2}}', '{"o":{"b":2,"a":1}}'],
  [
    'adds the objects that are missing',
    { defaults: { 'o.p.a': 1, 'o.b': 2 } },
    '{}',
    '{"o":{"p":{"a":1},"b":2}}',
  ],
  [
    'leaves a null, which is a value',
    { defaults: { a: 1, 'o.a': 1 } },
    '{"a":null,"o":null}',
    '{"a":null,"o":null}',
  ],
  ['adds a renamed field under its new name', { rename: { a: 'b' }, defaults: { a: 1 } }, '{}', '{"b":1}'],
  ['adds no renamed field twice', { rename: { a: 'b' }, defaults: { a: 1, b: 2 } }, '{"a":0}', '{"b":0}'],
  ['sets what it removes and adds', { remove: ['a'], defaults: { a: 1 } }, '{"a":0,"b":2}', '{"b":2,"a":1}'],
  ['goes past braces in texts', { remove: ['b'] }, '{"a":"\\\\\\"},","b":1}', '{"a":"\\\\\\"},"}'],
  ['leaves arrays alone', { rename: { 'o.a': 'b' } }, '{"o":[{"a":1}]}', '{"o":[{"a":1}]}'],
  [
    'takes names that every object has for what they are',
    { remove: ['__proto__'] },
    '{"__proto__":1,"constructor":2}',
    '{"constructor":2}',
  ],
])('%s', (_what, changes, text, expected) => {
  for (const cut of [text.length, 1, text.length >> 1]) expect(edited(changes, text, cut)).toBe(expected);
});

test('keeps numbers, escapes, blanks and depth as they are', () => {
  const deep = `${'['.repeat(500)}${']'.repeat(500)}`;
  const rest = `"n": 12345678901234567890.10e+400,\n\t"s":"\\u00e9\\/ é",  "d":${deep},"n":-0`;

  expect(edited({ remove: ['x'], rename: { y: 'z' } }, `{"x":1, ${rest}, "y":1E5 }`)).toBe(
    `{${rest}, "z":1E5 }`,
  );
});

test('gives the very same chunks where nothing changes', () => {
  const chunks = [Buffer.from('{"a"'), Buffer.from(':1}')];

  expect(
    new JsonEditor({ ...none, rename: { b: 'c' }, remove: ['d'], defaults: { a: 2 } }).edit(chunks),
  ).toBe(chunks);
});

/** The same on values, as simple as it can be. */
function onValues({ rename, remove, defaults }: JsonChangesModel, value: Record<string, unknown>): object {
  const stays = Object.keys(value).filter((key) => !remove.includes(key));
  const kept = stays.filter((key) => rename[key] === undefined);
  const nameOf = (key: string) =>
    rename[key] === undefined || kept.includes(rename[key]) ? key : rename[key];
  const out = new Map(stays.map((key) => [nameOf(key), value[key]]));
  for (const [key, given] of Object.entries(defaults)) {
    const name = rename[key] ?? key;
    if (!out.has(name)) out.set(name, given);
  }
  return Object.fromEntries(out);
}

test('does to texts what is meant for their values', () => {
  const key = constantFrom('a', 'b', 'c', 'd', 'x"y', 'é');
  const changes: Arbitrary<JsonChangesModel> = record({
    rename: dictionary(constantFrom('a', 'b'), constantFrom('p', 'c', 'x"y')).filter(
      (rename) => new Set(Object.values(rename)).size === Object.keys(rename).length,
    ),
    remove: uniqueArray(constantFrom('c', 'd')),
    defaults: dictionary(constantFrom('a', 'd', 'é'), string()),
  });
  assert(
    property(
      changes,
      dictionary(
        key,
        json().map((text) => JSON.parse(text) as unknown),
      ),
      constantFrom(0, 2),
      (asked, value, space) => {
        const text = edited(asked, JSON.stringify(value, undefined, space));
        const field = new ModelField();
        field.push(Buffer.from(text));
        expect(field.result().kind).toBe('object');
        // As a text has it: without the sign of a zero.
        const plain = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
        expect(JSON.parse(text)).toEqual(onValues(asked, plain));
      },
    ),
  );
});
