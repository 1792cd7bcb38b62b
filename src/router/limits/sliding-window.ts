/** Times of admission within one sliding window of one caller, oldest first. */
import type { WindowCount } from './measure';

/** Times that have left the window are cut off once there are so many, so that cutting costs little for each. */
const CUT_AT = 256;

/** A queue of times; adding and counting cost the same however many there are. */
export class SlidingWindow {
  private times: number[] = [];
  /** Index of the oldest time that is still in the window. */
  private first = 0;

  push(now: number): void {
    this.times.push(now);
  }

  /** Counts the times after `now - span`. Unit of all: milliseconds. */
  measure(now: number, span: number, limit: number): WindowCount {
    const { times } = this;
    while (this.first < times.length && (times[this.first] as number) <= now - span) this.first++;
    if (this.first >= CUT_AT && this.first * 2 >= times.length) {
      this.times = times.slice(this.first);
      this.first = 0;
    }
    const count = this.times.length - this.first;
    if (count === 0) return { count, resetMilliseconds: span, waitMilliseconds: 0 };
    const until = (index: number) => (this.times[this.first + index] as number) + span - now;
    // With a plan that has shrunk there may be more than the limit; room comes when the last but limit - 1 has left.
    return { count, resetMilliseconds: until(0), waitMilliseconds: count < limit ? 0 : until(count - limit) };
  }
}
