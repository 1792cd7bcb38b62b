/** A file that is read at start and again when it changes, as a mounted Secret does: no restart, no gap. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** What a file is for. */
export interface WatchedFileOptions<T> {
  /** May be a symbolic link, as in a mounted Secret, where an update changes what the links lead to. */
  readonly file: string;
  /** @throws FileContentError for what cannot be used */
  readonly parse: (text: string) => T;
  /** Told of every later version that was taken over. */
  readonly onRead: (value: T) => void;
  /** Told once when a version cannot be used; the one before it stays. */
  readonly onFail: (cause: string) => void;
  /** How often the file is looked at. Default 5 s. Unit: milliseconds. */
  readonly pollMilliseconds?: number;
}

/** Contents that cannot be used. The message says why and quotes nothing. */
export class FileContentError extends Error {
  override readonly name: string = 'FileContentError';
}

const POLL_MILLISECONDS = 5_000;

/** A file and what was last read of it. */
export class WatchedFile<T> {
  private text: string;
  private parsed: T;
  private failed = false;
  /** One look at a time: a slow one must not tell of the same change as the next. */
  private looking = false;
  private closed = false;
  private readonly polling: NodeJS.Timeout;

  /** @throws FileContentError when the file cannot be read or used */
  constructor(private readonly options: WatchedFileOptions<T>) {
    try {
      this.text = readFileSync(options.file, 'utf8');
      this.parsed = options.parse(this.text);
    } catch (error) {
      throw new FileContentError(`${options.file}: ${causeOf(error)}`);
    }
    this.polling = setInterval(() => void this.poll(), options.pollMilliseconds ?? POLL_MILLISECONDS);
    this.polling.unref();
  }

  /** Of the newest version that could be used. */
  get value(): T {
    return this.parsed;
  }

  /** Looks at the file no more, and tells of nothing that a look under way finds. */
  close(): void {
    this.closed = true;
    clearInterval(this.polling);
  }

  /**
   * The whole file, for it is small: a Secret has 1 MiB at most, and times of change are too coarse to tell two versions
   * apart. A file that is broken or away leaves things as they are: a slip must not lock everybody out.
   */
  private async poll(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    await this.look();
    this.looking = false;
  }

  private async look(): Promise<void> {
    try {
      const text = await readFile(this.options.file, 'utf8');
      if (this.closed || (text === this.text && !this.failed)) return;
      this.parsed = this.options.parse(text);
      this.text = text;
      this.failed = false;
      this.options.onRead(this.parsed);
    } catch (error) {
      if (this.closed) return;
      if (!this.failed) this.options.onFail(causeOf(error));
      this.failed = true;
    }
  }
}

/** What went wrong, without a parser's quotation of the file. */
function causeOf(error: unknown): string {
  if (error instanceof FileContentError) return error.message;
  return (error as NodeJS.ErrnoException).code ?? 'unreadable';
}
