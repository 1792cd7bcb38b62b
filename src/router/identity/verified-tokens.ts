/**
 * Tokens whose signature was checked, so that it is checked once and not with every request. Kept by their whole text: by
 * any part of it, a token with another part could pass for a known one. Bounded in number and in memory.
 */
import type { VerifiedCaller } from './verifier';

interface Entry {
  readonly caller: VerifiedCaller;
  readonly untilSeconds: number;
}

const TOKENS_MOST = 10_000;
/** Unit: characters of all tokens together. */
const CHARACTERS_MOST = 8_000_000;

export class VerifiedTokens {
  private readonly entries = new Map<string, Entry>();
  private characters = 0;
  private cleared = 0;

  /** Goes up with every `clear`. */
  get generation(): number {
    return this.cleared;
  }

  get size(): number {
    return this.entries.size;
  }

  get(token: string, nowSeconds: number): VerifiedCaller | undefined {
    const entry = this.entries.get(token);
    if (entry === undefined) return undefined;
    if (nowSeconds < entry.untilSeconds) return entry.caller;
    this.remove(token);
    return undefined;
  }

  /** Keeps nothing that was verified before the last `clear`. The oldest tokens make room. */
  add(token: string, caller: VerifiedCaller, untilSeconds: number, generation: number): void {
    if (generation !== this.cleared || this.entries.has(token)) return;
    this.entries.set(token, { caller, untilSeconds });
    this.characters += token.length;
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= TOKENS_MOST && this.characters <= CHARACTERS_MOST) return;
      this.remove(oldest);
    }
  }

  clear(): void {
    this.cleared++;
    this.characters = 0;
    this.entries.clear();
  }

  private remove(token: string): void {
    if (this.entries.delete(token)) this.characters -= token.length;
  }
}
