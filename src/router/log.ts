/**
 * The router's log: one JSON object a line. Lines are gathered for a moment and written together, since a write for
 * every request would cost as much as the request; whoever ends the process flushes first.
 */
export type LogLevel = 'info' | 'warn' | 'error';

/** Members of a line besides `time` and `level`; those without a value are left out. Never a secret, a body or a query. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where lines go. A line that cannot be written is lost, and nothing else. */
export interface Log {
  write(level: LogLevel, fields: LogFields): void;
  /** The same of members that are JSON already, each with a comma before it: `,"status":200,"service":"agents"`. */
  append(level: LogLevel, members: string): void;
  /** Hands over everything that was gathered. */
  flush(): void;
}

const GATHER_MILLISECONDS = 100;
const GATHER_CHARACTERS_MOST = 16_384;

/** @param out takes whole lines, each with its line end */
export function createLog(out: (lines: string) => void): Log {
  let gathered = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    const lines = gathered;
    gathered = '';
    if (lines !== '') out(lines);
  };
  const append = (level: LogLevel, members: string) => {
    gathered += `{"time":"${isoTime()}","level":"${level}"${members}}\n`;
    if (gathered.length > GATHER_CHARACTERS_MOST) flush();
    else timer ??= setTimeout(flush, GATHER_MILLISECONDS).unref();
  };
  return { flush, append, write: (level, fields) => append(level, membersOf(fields)) };
}

function membersOf(fields: LogFields): string {
  let members = '';
  for (const name in fields) {
    const value = JSON.stringify(fields[name]);
    if (value !== undefined) members += `,"${name}":${value}`;
  }
  return members;
}

/** What JSON does not write as it is. */
const NOT_PLAIN = /[^\x20\x21\x23-\x5b\x5d-\x7e]/;

/** A text as JSON, for `append`: most are plain, and a look at them is cheaper than `JSON.stringify`. */
export function jsonText(text: string): string {
  return NOT_PLAIN.test(text) ? JSON.stringify(text) : `"${text}"`;
}

let lastSecond = 0;
/** `2026-11-27T15:58:17.` */
let untilPoint = '';

/** Of a date that is written for every line, only the milliseconds are new: all of it takes as long as the line. */
function isoTime(): string {
  const now = Date.now();
  const second = Math.floor(now / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    untilPoint = new Date(second * 1000).toISOString().slice(0, -'000Z'.length);
  }
  return `${untilPoint}${String(1000 + (now % 1000)).slice(1)}Z`;
}
