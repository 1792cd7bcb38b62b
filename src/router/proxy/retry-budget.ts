/** How many requests may be sent again (contract R8): a share of those that come, so that trouble does not feed itself. */

/** Sent again before any share has come together, so that a service with few requests is not left out. */
const RESERVE = 10;

/** The budget of one service in one router. */
export class RetryBudget {
  private left = RESERVE;
  private readonly share: number;

  /** @param percent of the requests; 0 = none is sent again */
  constructor(percent: number) {
    this.share = percent / 100;
    if (percent === 0) this.left = 0;
  }

  /** A request has come, and brings its share. What is not used does not grow beyond the reserve. */
  earn(): void {
    this.left = Math.min(RESERVE, this.left + this.share);
  }

  get allows(): boolean {
    return this.left >= 1;
  }

  spend(): void {
    this.left -= 1;
  }
}
