/** Which bytes may be in a head, and where. */
import { HEAD_TEXT } from '../../../src/router/http/head-text';

const BYTES = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));

/** Each byte looked at alone, with its neighbours. */
function isHeadText(text: string): boolean {
  return [...text].every((byte, at) => {
    if (byte === '\r') return text[at + 1] === '\n';
    if (byte === '\n') return text[at - 1] === '\r';
    return byte === '\t' || (byte >= ' ' && byte !== '\x7f');
  });
}

test.each([
  ['alone', (byte: string) => byte],
  ['in a line', (byte: string) => `a: b${byte}c`],
  ['at the end', (byte: string) => `a: b${byte}`],
  ['behind the end of a line', (byte: string) => `a: b\r\n${byte}`],
  ['behind half the end of a line', (byte: string) => `a: b\r${byte}`],
  ['before half the end of a line', (byte: string) => `a: b${byte}\nc: d`],
])('every byte counts as what it is, %s', (_where, inside) => {
  const wrong = BYTES.filter((byte) => HEAD_TEXT.test(inside(byte)) !== isHeadText(inside(byte)));

  expect(wrong).toEqual([]);
});

test('every pair of bytes counts as what it is', () => {
  const pairs = BYTES.flatMap((first) => BYTES.map((second) => first + second));

  expect(pairs.filter((pair) => HEAD_TEXT.test(pair) !== isHeadText(pair))).toEqual([]);
});
