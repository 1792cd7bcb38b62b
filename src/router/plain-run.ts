/**
 * Finds the end of a run of bytes that a JSON string simply goes on with, four bytes at a step: prompts are long, and a
 * look at every byte would make a large body wait (see `bench/`).
 */
import { STRING_BYTES } from './json-table';

const NO_WORDS = new Int32Array(0);

/** A chunk, and the same memory as whole words where it is aligned. */
export class PlainRuns {
  private readonly words: Int32Array;
  /** Where in the chunk the words begin. */
  private readonly offset: number;

  constructor(private readonly chunk: Buffer) {
    const { byteOffset, length } = chunk;
    this.offset = -byteOffset & 3;
    const words = (length - this.offset) >> 2;
    this.words = words > 0 ? new Int32Array(chunk.buffer, byteOffset + this.offset, words) : NO_WORDS;
  }

  /** The first place from `from` on where the string does not simply go on, or the chunk's length. */
  end(from: number): number {
    const { chunk, words, offset } = this;
    let at = from;
    while (at < chunk.length && (at < offset || ((at - offset) & 3) !== 0)) {
      if (STRING_BYTES[chunk[at] as number] === 0) return at;
      at++;
    }
    if (at === chunk.length) return at;
    let word = (at - offset) >> 2;
    while (word < words.length && isPlain(words[word] as number)) word++;
    at = offset + (word << 2);
    while (at < chunk.length && STRING_BYTES[chunk[at] as number] === 1) at++;
    return at;
  }
}

/**
 * Whether none of four bytes is a control character, a quote or a backslash. Each term has the top bit of a byte set
 * where the byte, less what is looked for, goes below zero; those that were that high before do not count. A borrow from
 * one byte to the next needs such a byte, so it never cries wolf.
 */
function isPlain(word: number): boolean {
  const control = word - 0x20202020;
  const quote = (word ^ 0x22222222) - 0x01010101;
  const backslash = (word ^ 0x5c5c5c5c) - 0x01010101;
  return ((control | quote | backslash) & ~word & 0x80808080) === 0;
}
