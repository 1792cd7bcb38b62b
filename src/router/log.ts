/**
 * The router's log: one JSON object a line. Lines are gathered for a moment and written together, since a write for
 * every request would cost as much as the request; whoever ends the process flushes first.
 */
export type LogLevel = 'info' | 'warn' | 'error';

/** Members of a line besides `time` and `level`. Never a credential, a body or a query. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where lines go. */
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
      gathered += `${JSON.stringify({ time: new Date().toISOString(), level, ...fields })}\n`;
      if (gathered.length > GATHER_CHARACTERS_MOST) flush();
      else timer ??= setTimeout(flush, GATHER_MILLISECONDS).unref();
    },
  };
}
