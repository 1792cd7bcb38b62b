import fc from 'fast-check';
import { PlainRuns } from '../../src/router/plain-run';

/** Bytes that are plain but for a few, at any alignment. */
const bytes = fc.array(
  fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: 0x20, max: 0xff }) },
    { weight: 1, arbitrary: fc.nat(255) },
  ),
  {
    maxLength: 60,
  },
);

test('stops where a look at every byte stops', () => {
  fc.assert(
    fc.property(bytes, fc.nat(3), fc.nat(60), (values, shift, from) => {
      const chunk = Buffer.from(
        new Uint8Array([...new Array<number>(shift).fill(0), ...values]).buffer,
        shift,
      );
      let expected = Math.min(from, chunk.length);
      while (expected < chunk.length && !isStop(chunk[expected] as number)) expected++;
      expect(new PlainRuns(chunk).end(Math.min(from, chunk.length))).toBe(expected);
    }),
    { numRuns: 3_000 },
  );
});

test('judges every byte in every place of a word', () => {
  for (let byte = 0; byte < 256; byte++) {
    for (let place = 0; place < 8; place++) {
      const chunk = Buffer.alloc(16, 'a');
      chunk[place] = byte;
      expect([byte, place, new PlainRuns(chunk).end(0)]).toEqual([byte, place, isStop(byte) ? place : 16]);
    }
  }
});

function isStop(byte: number): boolean {
  return byte < 0x20 || byte === 0x22 || byte === 0x5c;
}
