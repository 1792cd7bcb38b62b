/**
 * Waits that all have the same bound, by one timer: whoever waits first is given up first. A timer for each would cost every
 * request more than its bound is worth.
 */

/** Something that is waited for. */
export interface Awaited {
  /** Whether it has come. */
  done: boolean;
  /** When it is given up, on the clock of `performance.now()`; set by `Deadlines`. */
  until: number;
  next: this | undefined;
}

/** A queue of waits of one length. */
export class Deadlines<T extends Awaited> {
  private first: T | undefined;
  private last: T | undefined;
  private timer: NodeJS.Timeout | undefined;

  /** @param onExpired told of each that has not come in time */
  constructor(
    private readonly milliseconds: number,
    private readonly onExpired: (awaited: T) => void,
  ) {}

  add(awaited: T): void {
    awaited.until = performance.now() + this.milliseconds;
    this.dropDone();
    if (this.last === undefined) this.first = awaited;
    else this.last.next = awaited;
    this.last = awaited;
    this.timer ??= setTimeout(() => this.expire(), this.milliseconds);
  }

  private expire(): void {
    this.timer = undefined;
    const now = performance.now();
    for (let { first } = this; first !== undefined; first = this.first) {
      // A timer may come a moment early.
      if (!first.done && first.until > now + 1) break;
      this.shift(first);
      if (!first.done) this.onExpired(first);
    }
    if (this.first === undefined) return;
    this.timer ??= setTimeout(() => this.expire(), Math.max(1, this.first.until - now));
  }

  private dropDone(): void {
    while (this.first?.done) this.shift(this.first);
  }

  private shift(first: T): void {
    this.first = first.next;
    // Cut off: one that the collector takes for old would keep alive all that came after it.
    first.next = undefined;
    if (this.first === undefined) this.last = undefined;
  }
}
