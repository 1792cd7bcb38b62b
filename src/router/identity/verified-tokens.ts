/**
 * Tokens whose signature was checked, so that it is checked once and not with every request. Looked for by the end of
 * their signature, and then compared whole: a token with another part never passes for a known one. A digest in place of
 * the text would hide nothing, for the token is in the request anyway. Bounded in number and in memory.
 */
import type { Verification } from './verifier';

/** What is known of a token. */
export interface VerifiedToken {
  /** Given out as it is: a known token costs no allocation. */
  readonly verification: Extract<Verification, { kind: 'caller' }>;
  /** Seconds since 1970 (UTC); looked at with every use. */
  readonly untilSeconds: number;
}

const TOKENS_MOST = 10_000;
/** Unit: characters of all tokens together. */
const CHARACTERS_MOST = 8_000_000;

/**
 * 72 bits, so that no two signatures end in the same way. What is looked for must be hashed first, with every request:
 * this takes 0.1 µs, a whole token of 660 characters 1 µs (Node 22). Unit: characters.
 */
const END_CHARACTERS = 12;

interface Entry extends VerifiedToken {
  readonly token: string;
}

/** The oldest tokens make room for new ones. */
export class VerifiedTokens {
  /** By the end of the token. */
  private readonly entries = new Map<string, Entry>();
  private characters = 0;
  private cleared = 0;

  /** Goes up with every `clear`. */
  get generation(): number {
    return this.cleared;
  }

  /** Tokens that are kept. */
  get size(): number {
    return this.entries.size;
  }

  /** `undefined` for a token that is not known or no longer good. */
  get(token: string, nowSeconds: number): VerifiedToken['verification'] | undefined {
    const end = endOf(token);
    const entry = this.entries.get(end);
    if (entry === undefined || entry.token !== token) return undefined;
    if (nowSeconds < entry.untilSeconds) return entry.verification;
    this.remove(end, entry);
    return undefined;
  }

  /** @param generation as it was when the token's key was looked up; nothing is kept when it is over */
  add(token: string, verified: VerifiedToken, generation: number): void {
    const end = endOf(token);
    if (generation !== this.cleared || this.entries.has(end)) return;
    this.entries.set(end, { ...verified, token });
    this.characters += token.length;
    for (const [oldest, entry] of this.entries) {
      if (this.entries.size <= TOKENS_MOST && this.characters <= CHARACTERS_MOST) return;
      this.remove(oldest, entry);
    }
  }

  /** Forgets all of them. */
  clear(): void {
    this.cleared++;
    this.characters = 0;
    this.entries.clear();
  }

  private remove(end: string, { token }: Entry): void {
    this.entries.delete(end);
    this.characters -= token.length;
  }
}

function endOf(token: string): string {
  return token.slice(-END_CHARACTERS);
}
