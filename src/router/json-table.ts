/**
 * The grammar of JSON (RFC 8259) as a table: for a state and a byte, the next state or an action. `ModelField` walks
 * it. A table and not a parser, because it goes on at any byte, makes no objects and costs one look-up per byte.
 */

/** Where in a JSON text a byte stands. */
export const STATE = {
  /** Before the text: an object is all that may come. */
  start: 0,
  value: 1,
  /** After `[`. */
  firstValue: 2,
  /** After `{`. */
  firstKey: 3,
  key: 4,
  colon: 5,
  /** After a value. */
  after: 6,
  /** After the text. */
  end: 7,
  string: 8,
  escape: 9,
  /** The four digits of an escape are states 10 to 13. */
  hex: 10,
  minus: 14,
  zero: 15,
  integer: 16,
  point: 17,
  fraction: 18,
  exponent: 19,
  exponentSign: 20,
  exponentDigits: 21,
  /** The letters of `true`, `false` and `null` are states 22 to 31. */
  literals: 22,
} as const;

/** What has to be done besides going on; numbers above every state. */
export const ACTION = {
  openObject: 64,
  openArray: 65,
  closeObject: 66,
  closeArray: 67,
  comma: 68,
  keyQuote: 69,
  valueQuote: 70,
  stringEnd: 71,
  refuse: 72,
} as const;

const STATES = 32;
const DIGITS = '0123456789';

/** `JSON_TABLE[(state << 8) | byte]`. */
export const JSON_TABLE: Uint8Array = buildTable();

/** 1 for the bytes that a string goes on with: all but the quote, the backslash and control characters. */
export const STRING_BYTES: Uint8Array = new Uint8Array(256).fill(1, 0x20);
STRING_BYTES[0x22] = 0;
STRING_BYTES[0x5c] = 0;

function buildTable(): Uint8Array {
  const table = new Uint8Array(STATES * 256).fill(ACTION.refuse);
  const on = (state: number, bytes: string, next: number) => {
    for (const byte of Buffer.from(bytes, 'latin1')) table[(state << 8) | byte] = next;
  };
  structure(on);
  strings(on);
  table.fill(STATE.string, (STATE.string << 8) | 0x80, (STATE.string << 8) | 0x100);
  numbers(on);
  literals(on);
  return table;
}

type On = (state: number, bytes: string, next: number) => void;

function structure(on: On): void {
  const { start, value, firstValue, firstKey, key, colon, after, end } = STATE;
  for (const state of [start, value, firstValue, firstKey, key, colon, after, end])
    on(state, ' \t\n\r', state);
  on(start, '{', ACTION.openObject);
  for (const state of [value, firstValue]) {
    on(state, '{', ACTION.openObject);
    on(state, '[', ACTION.openArray);
    on(state, '"', ACTION.valueQuote);
  }
  on(firstValue, ']', ACTION.closeArray);
  for (const state of [firstKey, key]) on(state, '"', ACTION.keyQuote);
  on(firstKey, '}', ACTION.closeObject);
  on(colon, ':', value);
  closing(on, after);
}

/** What may follow a value. */
function closing(on: On, state: number): void {
  on(state, ' \t\n\r', STATE.after);
  on(state, ',', ACTION.comma);
  on(state, '}', ACTION.closeObject);
  on(state, ']', ACTION.closeArray);
}

function strings(on: On): void {
  const printable = Array.from({ length: 0x60 }, (_, index) => String.fromCharCode(0x20 + index)).join('');
  on(STATE.string, printable, STATE.string);
  on(STATE.string, '"', ACTION.stringEnd);
  on(STATE.string, '\\', STATE.escape);
  on(STATE.escape, '"\\/bfnrt', STATE.string);
  on(STATE.escape, 'u', STATE.hex);
  for (let digit = 0; digit < 4; digit++) {
    on(STATE.hex + digit, `${DIGITS}abcdefABCDEF`, digit === 3 ? STATE.string : STATE.hex + digit + 1);
  }
}

function numbers(on: On): void {
  const { minus, zero, integer, point, fraction, exponent, exponentSign, exponentDigits } = STATE;
  for (const state of [STATE.value, STATE.firstValue]) on(state, '-', minus);
  for (const state of [STATE.value, STATE.firstValue, minus]) {
    on(state, '0', zero);
    on(state, '123456789', integer);
  }
  on(integer, DIGITS, integer);
  for (const state of [zero, integer]) on(state, '.', point);
  for (const state of [point, fraction]) on(state, DIGITS, fraction);
  for (const state of [zero, integer, fraction]) on(state, 'eE', exponent);
  on(exponent, '+-', exponentSign);
  for (const state of [exponent, exponentSign, exponentDigits]) on(state, DIGITS, exponentDigits);
  for (const state of [zero, integer, fraction, exponentDigits]) closing(on, state);
}

function literals(on: On): void {
  let free: number = STATE.literals;
  for (const word of ['true', 'false', 'null']) {
    for (const state of [STATE.value, STATE.firstValue]) on(state, word.charAt(0), free);
    for (let at = 1; at < word.length; at++, free++) {
      on(free, word.charAt(at), at === word.length - 1 ? STATE.after : free + 1);
    }
  }
}
