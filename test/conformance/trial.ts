/** What a case is given: callers of its own, requests in their name, and what backends saw of them. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  type Answer,
  type ClientRequest,
  type EventStream,
  open,
  openEvents,
  openSocket,
  type SocketAttempt,
  send,
  sendRaw,
} from './client';
import type { Controls, Target } from './target';

/** A caller with a token. */
export interface Caller {
  readonly subject: string;
  readonly authorization: string;
}

/** What a caller's token claims besides its subject. */
export interface CallerOptions {
  readonly subject?: string;
  readonly tenant?: string;
  readonly plan?: string;
}

/** A request as a backend got it. */
export interface Seen {
  readonly service: string;
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly rawTrailers?: readonly string[];
  readonly bodyBytes: number;
  readonly bodySha256?: string;
  /** Of `do=flood`: mebibytes that the connection has taken. */
  readonly piecesSent?: number;
  /** `cut`: the other side went away before the answer was out. */
  readonly state: 'open' | 'answered' | 'cut';
}

/** A request of a case: with a caller's token unless it is `null`. Default: the trial's own caller. */
export interface TrialRequest extends ClientRequest {
  readonly caller?: Caller | null;
  /** Default: the trial's own. */
  readonly mark?: string;
}

/** One run of one case on one target. */
export class Trial {
  /** Marks the trial's requests, so that backends can tell them from others. */
  readonly mark = randomBytes(6).toString('hex');
  private own: Promise<Caller> | undefined;
  private readonly cleanups: (() => unknown)[] = [];
  private over = false;

  constructor(readonly target: Target) {}

  /** Somebody whom nobody else is, unless `subject` says who. */
  async caller(options: CallerOptions = {}): Promise<Caller> {
    const subject = options.subject ?? `caller-${randomBytes(6).toString('hex')}`;
    const { tenant, plan } = options;
    const token = await this.target.issuer.sign({
      sub: subject,
      ...(tenant === undefined ? {} : { org_id: tenant }),
      ...(plan === undefined ? {} : { plan }),
    });
    return { subject, authorization: `Bearer ${token}` };
  }

  /** Sends a request and reads the answer. */
  async send(path: string, request: TrialRequest = {}): Promise<Answer> {
    return send(this.target, path, await this.prepared(request));
  }

  /** Sends a request that must reach a backend; gives what it saw. */
  async reach(path: string, request: TrialRequest = {}): Promise<Seen> {
    const answer = await this.send(path, request);
    assert.equal(answer.status, 200, answer.text);
    return answer.json() as unknown as Seen;
  }

  /** Sends a request and reads the answer event by event. */
  async events(path: string, request: TrialRequest = {}): Promise<EventStream> {
    const stream = await openEvents(this.target, path, await this.prepared(request));
    this.atEnd(() => stream.leave());
    return stream;
  }

  /** Sends a request and gives the head of its answer; the rest waits until somebody reads it. */
  async open(path: string, request: TrialRequest = {}): Promise<IncomingMessage> {
    const answer = await open(this.target, path, await this.prepared(request));
    this.atEnd(() => answer.destroy());
    return answer;
  }

  /** Opens a WebSocket, or takes the refusal. */
  async socket(path: string, request: TrialRequest = {}): Promise<SocketAttempt> {
    const { headers } = await this.prepared(request);
    return openSocket(this.target, path, headers as Record<string, string>);
  }

  /**
   * Writes a request as text, with `HEAD` in it replaced by host, token and mark; gives all that came back.
   */
  async raw(text: string, caller?: Caller): Promise<string> {
    const { authorization } = caller ?? (await this.self());
    const { host } = this.target.baseUrl;
    const head = `host: ${host}\r\nauthorization: ${authorization}\r\nx-mark: ${this.mark}\r\n`;
    return sendRaw(this.target, text.replaceAll('HEAD\r\n', head));
  }

  /** What backends got under the mark so far. */
  async seen(mark = this.mark): Promise<readonly Seen[]> {
    const answer = await this.send(`/v2/probe/seen/${mark}`, { mark: 'probe' });
    assert.equal(answer.status, 200, answer.text);
    return answer.json() as unknown as readonly Seen[];
  }

  /** Waits until backends have seen what is asked for. */
  async untilSeen(holds: (seen: readonly Seen[]) => boolean): Promise<readonly Seen[]> {
    for (;;) {
      const seen = await this.seen();
      if (holds(seen)) return seen;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Gives an order to what the trial's requests do at backends. */
  async tell(word: 'event' | 'end' | 'break'): Promise<void> {
    await this.send(`/v2/probe/tell/${this.mark}/${word}`, { mark: 'probe' });
  }

  /** A control that the target's features promise. @throws when it is not there */
  control<K extends keyof Controls>(name: K): NonNullable<Controls[K]> {
    const control = this.target.controls[name];
    if (control === undefined) throw new Error(`the target gives no control over ${name}`);
    return control;
  }

  /** Starts a further router; it ends with the trial, if not before. */
  async replica(): Promise<{
    readonly trial: Trial;
    stop(): Promise<number | null>;
    kill(): Promise<unknown>;
  }> {
    const replica = await this.control('replicas').start();
    let stopped: Promise<number | null> | undefined;
    const stop = () => {
      stopped ??= replica.stop();
      return stopped;
    };
    const trial = new Trial(replica.target);
    this.atEnd(stop);
    // What it has open would keep the router alive for as long as a drain may take.
    this.atEnd(() => trial.end());
    return { trial, stop, kill: () => replica.kill() };
  }

  /** Has something undone when the trial is over, however it ends. */
  atEnd(cleanup: () => unknown): void {
    this.cleanups.push(cleanup);
  }

  /** Undoes what the case did. One that still runs, as it waits for what does not come, sends nothing more. */
  async end(): Promise<void> {
    for (const cleanup of this.cleanups.splice(0).reverse()) await cleanup();
    this.over = true;
  }

  private self(): Promise<Caller> {
    this.own ??= this.caller();
    return this.own;
  }

  private async prepared({ caller, mark, ...request }: TrialRequest): Promise<ClientRequest> {
    if (this.over) throw new Error('the trial is over');
    const by = caller === undefined ? await this.self() : caller;
    const headers = {
      'x-mark': mark ?? this.mark,
      ...(by === null ? {} : { authorization: by.authorization }),
      ...request.headers,
    };
    return { ...request, headers };
  }
}

/** The values of a header in the order in which a backend got them, whatever its case. */
export function valuesOf(rawHeaders: readonly string[], name: string): readonly string[] {
  return [...rawHeaders].filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name);
}
