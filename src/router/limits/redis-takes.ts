/**
 * What requests ask of Redis in one turn of the event loop goes there as one command: a command of its own for each costs
 * the router more than all else that it does for a request (see `bench/`). In a Cluster each caller has a slot, so each
 * request has its command.
 */
import { Cluster } from 'ioredis';
import type { RedisClient } from './connect-redis';
import { TAKE_SCRIPT } from './take-script';

/** What `TAKE_SCRIPT` says of one request. */
export interface TakeReply {
  /** What a look-up read. */
  readonly text: string;
  /** Status, full concurrency, and three for each window. */
  readonly numbers: readonly number[];
}

/** The command that the script becomes. */
interface TakeCommand {
  agwTake(keyCount: number, ...keysAndArguments: (string | number)[]): Promise<readonly string[]>;
}

interface Waiting {
  readonly keys: readonly string[];
  readonly values: readonly (string | number)[];
  readonly resolve: (reply: TakeReply) => void;
  readonly reject: (error: Error) => void;
}

/** A slot that is given back. */
interface Slot {
  readonly key: string;
  readonly lease: string;
}

/** Redis serves nobody else while a script runs. */
const TAKES_MOST = 64;

const NO_SLOTS: readonly Slot[] = [];

/** One for a store. */
export class RedisTakes {
  private readonly redis: RedisClient & TakeCommand;
  private readonly together: number;
  private waiting: Waiting[] = [];
  private slots: Slot[] = [];
  private sending = false;
  private readonly send = () => this.sendAll();

  constructor(
    redis: RedisClient,
    private readonly leaseMilliseconds: number,
  ) {
    redis.defineCommand('agwTake', { lua: TAKE_SCRIPT });
    this.redis = redis as RedisClient & TakeCommand;
    this.together = redis instanceof Cluster ? 1 : TAKES_MOST;
  }

  /**
   * Rejects when Redis does not answer.
   *
   * @param values what the script says of one request
   */
  take(keys: readonly string[], values: readonly (string | number)[]): Promise<TakeReply> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ keys, values, resolve, reject });
      this.sendSoon();
    });
  }

  /** Gives a slot back; nobody waits for it, and without an answer it expires. */
  giveBack(key: string, lease: string): void {
    this.slots.push({ key, lease });
    this.sendSoon();
  }

  private sendSoon(): void {
    if (this.sending) return;
    this.sending = true;
    setImmediate(this.send);
  }

  private sendAll(): void {
    this.sending = false;
    const { waiting, slots, together } = this;
    this.waiting = [];
    this.slots = [];
    // Slots go along with requests, and are there for them; in a Cluster, and where there is but one, it goes by itself.
    const along = together > 1 && (waiting.length > 0 || slots.length > 1);
    if (!along) this.giveBackAlone(slots);
    else if (waiting.length === 0) this.sendTakes([], slots);
    for (let from = 0; from < waiting.length; from += together) {
      this.sendTakes(waiting.slice(from, from + together), along && from === 0 ? slots : NO_SLOTS);
    }
  }

  private giveBackAlone(slots: readonly Slot[]): void {
    for (const { key, lease } of slots) this.redis.zrem(key, lease).catch(() => {});
  }

  private sendTakes(takes: readonly Waiting[], slots: readonly Slot[]): void {
    const keys = slots.map(({ key }) => key);
    const values: (string | number)[] = [this.leaseMilliseconds, slots.length, takes.length];
    for (const { lease } of slots) values.push(lease);
    for (const take of takes) {
      keys.push(...take.keys);
      values.push(...take.values);
    }
    this.redis.agwTake(keys.length, ...keys, ...values).then(
      (replies) => settle(takes, replies),
      (error: Error) => {
        for (const { reject } of takes) reject(error);
      },
    );
  }
}

function settle(takes: readonly Waiting[], replies: readonly string[]): void {
  for (let i = 0; i < takes.length; i++) {
    const text = replies[2 * i] as string;
    const numbers = (replies[2 * i + 1] as string).split(' ').map(Number);
    const { resolve, reject } = takes[i] as Waiting;
    if (numbers[0] === -1) reject(new Error(text));
    else resolve({ text, numbers });
  }
}
