/** What the heads of requests and answers have in common (RFC 9112 sections 2 and 5), as text in Latin-1. */

/**
 * Whole lines, without control characters. Each character can be matched in one way alone, so a text that does not match is
 * known for it after as many steps as it is long.
 */
export const HEAD_TEXT = /^[\t\x20-\x7e\x80-\xff]*(?:\r\n[\t\x20-\x7e\x80-\xff]*)*$/;

/** A header's name, in lower case (RFC 9110 section 5.6.2). */
export const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;

/** A length in bytes: no more digits than any has, and few enough for exact arithmetic. */
export const LENGTH = /^\d{1,15}$/;

/** Where the line ends that goes on at a place. */
export function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\r\n', from);
  return end === -1 ? text.length : end;
}

/** Without spaces and tabs around it, and no other characters that look like space. */
export function withoutBlanks(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
