/**
 * Gives a backend that fails a rest (contract R8): after so many failures in a row requests stay away for a while, and
 * then one of them finds out whether it is back.
 *
 *     closed ── failures in a row ──► open ── time ──► half-open ── the probe succeeds ──► closed
 *                                      ▲                   └── the probe fails ──► open
 */
import type { CircuitBreakerModel } from '../../model/gateway-model';

/** `refuses`, or how a request may go: as any other, or as the probe, whose holder must tell how it went. */
export type Passage = 'open-road' | 'probe' | 'refused';

/** Where a breaker is, as the metric shows it. */
export type BreakerState = 'closed' | 'half-open' | 'open';

/** The breaker of one backend for one service. Moments are on the clock of `performance.now()`. */
export class CircuitBreaker {
  private failures = 0;
  /** When the rest is over; 0 while there is none. */
  private restsUntil = 0;
  private probing = false;

  constructor(private readonly model: CircuitBreakerModel) {}

  /** Lets a request through or not. Who gets the probe calls one of the other methods with it, whatever happens. */
  admit(now: number): Passage {
    if (this.restsUntil === 0) return 'open-road';
    if (now < this.restsUntil || this.probing) return 'refused';
    this.probing = true;
    return 'probe';
  }

  succeeded(): void {
    this.failures = 0;
    this.restsUntil = 0;
    this.probing = false;
  }

  /** A request from before the rest that fails later says nothing new. */
  failed(now: number, passage: Passage): void {
    if (passage === 'probe') this.probing = false;
    else if (this.restsUntil !== 0) return;
    this.failures++;
    if (passage === 'probe' || this.failures >= this.model.consecutiveFailures) {
      this.restsUntil = now + this.model.openSeconds * 1000;
    }
  }

  /** The request ended without a word on the backend: its client left. */
  released(passage: Passage): void {
    if (passage === 'probe') this.probing = false;
  }

  state(now: number): BreakerState {
    if (this.restsUntil === 0) return 'closed';
    return now < this.restsUntil ? 'open' : 'half-open';
  }

  /** Until a request may be the probe. Unit: milliseconds. */
  restMilliseconds(now: number): number {
    return Math.max(0, this.restsUntil - now);
  }
}
