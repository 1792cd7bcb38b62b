/** What was charged within one sliding window of one caller, oldest first: moments, and the total up to each. */
import type { WindowCount } from './measure';

/** Entries that have left the window are cut off once there are so many, so that cutting costs little for each. */
const CUT_AT = 256;

/** A queue; adding and counting cost the same however long it is. */
export class SlidingWindow {
  private times: number[] = [];
  private totals: number[] = [];
  /** Index of the oldest entry that is still in the window. */
  private first = 0;
  /** Total of what has left the window. */
  private before = 0;

  /** Entries that are kept. */
  get length(): number {
    return this.times.length - this.first;
  }

  /** @param grain how much may stand under one moment, the newest one */
  push(now: number, amount: number, grain: number): void {
    const newest = this.times.length - 1;
    const total = (this.totals[newest] ?? 0) + amount;
    if (grain > 1 && newest >= this.first) {
      const below = newest > this.first ? (this.totals[newest - 1] as number) : this.before;
      if (total - below <= grain) {
        this.times[newest] = now;
        this.totals[newest] = total;
        return;
      }
    }
    this.times.push(now);
    this.totals.push(total);
  }

  /** Counts what came after `now - span`. Unit of all: milliseconds. */
  measure(now: number, span: number, limit: number): WindowCount {
    this.leave(now - span);
    if (this.length === 0) return { count: 0, resetMilliseconds: span, waitMilliseconds: 0 };
    const { times, totals, first } = this;
    const total = totals[totals.length - 1] as number;
    const count = total - this.before;
    const resetMilliseconds = (times[first] as number) + span - now;
    if (count < limit) return { count, resetMilliseconds, waitMilliseconds: 0 };
    // Room comes when so much has left that limit - 1 stay: more than one entry if the plan has shrunk.
    let leaves = first;
    while ((totals[leaves] as number) <= total - limit) leaves++;
    return { count, resetMilliseconds, waitMilliseconds: (times[leaves] as number) + span - now };
  }

  private leave(after: number): void {
    const { times, totals } = this;
    while (this.first < times.length && (times[this.first] as number) <= after) {
      this.before = totals[this.first++] as number;
    }
    if (this.first >= CUT_AT && this.first * 2 >= times.length) {
      this.times = times.slice(this.first);
      this.totals = totals.slice(this.first);
      this.first = 0;
      if (this.totals.length === 0) this.before = 0;
    }
  }
}
