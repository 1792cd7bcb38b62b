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
  return {
    flush,
    write: (level, fields) => {
      gathered += lineOf(level, fields);
      if (gathered.length > GATHER_CHARACTERS_MOST) flush();
      else timer ??= setTimeout(flush, GATHER_MILLISECONDS).unref();
    },
  };
}

/** What JSON writes as it is. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** Written by hand for the sake of plain strings and numbers, which are all that most lines hold. */
function lineOf(level: LogLevel, fields: LogFields): string {
  let line = `{"time":"${isoTime()}","level":"${level}"`;
  for (const name in fields) {
    const value = fields[name];
    if (value === undefined) continue;
    if (typeof value === 'string' && PLAIN.test(value)) line += `,"${name}":"${value}"`;
    else if (typeof value === 'number' || typeof value === 'boolean') line += `,"${name}":${value}`;
    else line += `,"${name}":${JSON.stringify(value)}`;
  }
  return `${line}}\n`;
}

let lastMilliseconds = 0;
let lastTime = '';

/** Many lines fall into the same millisecond. */
function isoTime(): string {
  const now = Date.now();
  if (now !== lastMilliseconds) {
    lastMilliseconds = now;
    lastTime = new Date(now).toISOString();
  }
  return lastTime;
}
