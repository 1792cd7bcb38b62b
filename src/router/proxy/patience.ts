/** The one timer of a forwarding: whom it waits for, for how long, and what it means when they do not come. */
import type { TimeoutsModel } from '../../model/gateway-model';
import { BODY_IDLE_MILLISECONDS } from '../body';
import type { ErrorCode } from '../errors';

/**
 * - `upload`: the client's next bytes.
 * - `backend`: the backend's taking of the client's bytes.
 * - `first-byte`: the backend's answer.
 * - `idle`: the backend's next bytes.
 * - `client`: the client's taking of the answer.
 */
export type Wait = 'upload' | 'backend' | 'first-byte' | 'idle' | 'client';

/**
 * A client that takes nothing for so long is cut off. Longer than the idle time of most services, since the
 * system's buffers can keep a slow client busy for minutes. Unit: milliseconds.
 */
const CLIENT_MILLISECONDS = 300_000;

/** Made for one forwarding. Waits for one side at a time. */
export class Patience {
  private waiting: Wait | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly timeouts: TimeoutsModel,
    readonly onEnd: (code: ErrorCode, cause: string) => void,
  ) {}

  /** Waits from now on, for someone else or for the next sign of the same one. */
  wait(next: Wait): void {
    if (this.waiting === next && this.timer !== undefined) {
      this.timer.refresh();
      return;
    }
    clearTimeout(this.timer);
    this.waiting = next;
    this.timer = setTimeout(expire, this.milliseconds(next), this, next);
  }

  /** A sign of life from whoever is not waited for. */
  refresh(): void {
    this.timer?.refresh();
  }

  end(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private milliseconds(next: Wait): number {
    switch (next) {
      case 'upload':
        return BODY_IDLE_MILLISECONDS;
      case 'client':
        return CLIENT_MILLISECONDS;
      case 'idle':
        return this.timeouts.idleSeconds * 1000;
      default:
        return this.timeouts.firstByteSeconds * 1000;
    }
  }
}

function expire(patience: Patience, waiting: Wait): void {
  const code = waiting === 'upload' || waiting === 'client' ? 'request_timeout' : 'backend_timeout';
  patience.onEnd(code, `timeout: ${waiting}`);
}
