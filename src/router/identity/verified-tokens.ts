/**
 * Tokens whose signature was checked, so that it is checked once and not with every request. Kept by their whole text: by
 * any part of it, a token with another part could pass for a known one; a digest of it would cost every request more than
 * the look-up does, and hide nothing, for the token is in the request anyway. Bounded in number and in memory.
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

/** The oldest tokens make room for new ones. */
export class VerifiedTokens {
  private readonly entries = new Map<string, VerifiedToken>();
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
    const entry = this.entries.get(token);
    if (entry === undefined) return undefined;
    if (nowSeconds < entry.untilSeconds) return entry.verification;
    this.remove(token);
    return undefined;
  }

  /** @param generation as it was when the token's key was looked up; nothing is kept when it is over */
  add(token: string, verified: VerifiedToken, generation: number): void {
    if (generation !== this.cleared || this.entries.has(token)) return;
    this.entries.set(token, verified);
    this.characters += token.length;
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= TOKENS_MOST && this.characters <= CHARACTERS_MOST) return;
      this.remove(oldest);
    }
  }

  /** Forgets all of them. */
  clear(): void {
    this.cleared++;
    this.characters = 0;
    this.entries.clear();
  }

  private remove(token: string): void {
    if (this.entries.delete(token)) this.characters -= token.length;
  }
}
