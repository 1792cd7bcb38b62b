/**
 * What requests ask of Redis in one turn of the event loop goes there as one command: a command of its own for each costs
 * the router more than all else that it does for a request (see `bench/`). In a Cluster each caller has a slot, so each
 * request has its command.
 */
import { Cluster } from 'ioredis';
import type { RedisClient } from './connect-redis';
import { TAKE_SCRIPT } from './take-script';

/**
 * What `TAKE_SCRIPT` says of one request: what a look-up read, or an error; the status, full concurrency, and three numbers for
 * each window.
 */
export type TakeReply = readonly [text: string, status: number, full: number, ...windows: number[]];

/** A plan as the script reads it. Its place is where it stands among the plans of one command. */
export interface WrittenPlan {
  readonly text: string;
  /** The command that it was written into last. */
  command: number;
  place: number;
}

/** One request that waits. */
export interface WaitingTake {
  readonly lease: string;
  readonly keys: readonly string[];
  /** Whether the store finds out which of several plans it is. */
  readonly looksUp: boolean;
  readonly plans: readonly PlanToTake[];
  taken(reply: TakeReply): void;
  failed(error: Error): void;
}

/** One plan of a request. */
export interface PlanToTake {
  readonly name: string;
  readonly allowed: boolean;
  readonly written: WrittenPlan;
}

/** A slot that is given back. */
export interface Slot {
  readonly key: string;
  readonly lease: string;
}

/** The command that the script becomes. */
interface TakeCommand {
  agwTake(keyCount: number, ...keysAndArguments: (string | number)[]): Promise<string>;
}

/** Redis serves nobody else while a script runs. */
const TAKES_MOST = 64;

const NO_SLOTS: readonly Slot[] = [];

/** One for a store. */
export class RedisTakes {
  private readonly redis: RedisClient & TakeCommand;
  private readonly together: number;
  private waiting: WaitingTake[] = [];
  private slots: Slot[] = [];
  private sending = false;
  private commands = 0;
  private readonly send = () => this.sendAll();

  constructor(
    redis: RedisClient,
    private readonly leaseMilliseconds: number,
  ) {
    redis.defineCommand('agwTake', { lua: TAKE_SCRIPT });
    this.redis = redis as RedisClient & TakeCommand;
    this.together = redis instanceof Cluster ? 1 : TAKES_MOST;
  }

  /** Told of what becomes of it, or that Redis does not answer. */
  take(take: WaitingTake): void {
    this.waiting.push(take);
    this.sendSoon();
  }

  /** Gives a slot back; nobody waits for it, and without an answer it expires. */
  giveBack(slot: Slot): void {
    this.slots.push(slot);
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

  private sendTakes(takes: readonly WaitingTake[], slots: readonly Slot[]): void {
    const keys: string[] = [];
    const plans: string[] = [];
    this.commands++;
    let leases = '';
    for (const { key, lease } of slots) {
      keys.push(key);
      leases += leases === '' ? `"${lease}"` : `,"${lease}"`;
    }
    let requests = '';
    for (const take of takes) {
      for (const key of take.keys) keys.push(key);
      requests += (requests === '' ? '' : ',') + this.written(take, plans);
    }
    this.redis
      .agwTake(keys.length, ...keys, this.leaseMilliseconds, `[${leases}]`, `[${requests}]`, ...plans)
      .then(
        (replies) => settle(takes, JSON.parse(replies) as TakeReply[]),
        (error: Error) => {
          for (const take of takes) take.failed(error);
        },
      );
  }

  /** @param plans gets those that the command does not have yet */
  private written({ lease, keys, looksUp, plans }: WaitingTake, into: string[]): string {
    let text = `["${lease}",${keys.length},${looksUp ? plans.length : 0}`;
    for (const { name, allowed, written } of plans) {
      if (written.command !== this.commands) {
        written.command = this.commands;
        written.place = into.push(written.text);
      }
      text += `,${JSON.stringify(name)},${allowed ? 1 : 0},${written.place}`;
    }
    return `${text}]`;
  }
}

function settle(takes: readonly WaitingTake[], replies: readonly TakeReply[]): void {
  for (let i = 0; i < takes.length; i++) {
    const reply = replies[i] as TakeReply;
    const take = takes[i] as WaitingTake;
    if (reply[1] === -1) take.failed(new Error(reply[0]));
    else take.taken(reply);
  }
}
