/**
 * The Secrets of backends as files: `<directory>/<name of the Secret>/<key>`. Each is read at start and again when it
 * changes, so that a new key or certificate needs no restart. Who uses them asks each time.
 */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import type { SecretKeyModel } from '../model/gateway-model';
import type { LogFields, LogLevel } from './log';

/** Where the files are. */
export interface SecretFilesOptions {
  readonly directory: string;
  readonly log: (level: LogLevel, event: string, fields: LogFields) => void;
  /** How often the files are looked at. Default 5 s. Unit: milliseconds. */
  readonly pollMilliseconds?: number;
}

const POLL_MILLISECONDS = 5_000;

/** A file that cannot be used. Names the Secret and its key, and nothing of what is in it. */
export class SecretFileError extends Error {
  override readonly name = 'SecretFileError';
}

/** One file that has been read. */
export interface SecretFile {
  /** Without blanks around it. */
  readonly text: string;
}

interface WatchedFile extends SecretFile {
  text: string;
  failed: boolean;
  readonly path: string;
  readonly label: string;
  readonly fits: (text: string) => boolean;
}

function isSomething(text: string): boolean {
  return text !== '';
}

/** Whether a text can stand in a header by itself. */
export function fitsHeader(text: string): boolean {
  return /^[\x21-\x7e]{1,8192}$/.test(text);
}

/** The files that backends need. */
export class SecretFiles {
  private readonly files: WatchedFile[] = [];
  private readonly polling: NodeJS.Timeout;

  constructor(private readonly options: SecretFilesOptions) {
    const every = options.pollMilliseconds ?? POLL_MILLISECONDS;
    this.polling = setInterval(() => void this.poll(), every);
    this.polling.unref();
  }

  /**
   * A file whose text is always the last one that could be read and fits.
   *
   * @throws SecretFileError when it cannot be read, is empty or does not fit
   */
  open({ name, key }: SecretKeyModel, fits: (text: string) => boolean = isSomething): SecretFile {
    const label = `the key ${JSON.stringify(key)} of the Secret ${JSON.stringify(name)}`;
    const path = posix.join(this.options.directory, name, key);
    let text: string;
    try {
      text = readFileSync(path, 'utf8').trim();
    } catch (error) {
      throw new SecretFileError(`${label}: ${(error as NodeJS.ErrnoException).code ?? 'unreadable'}`);
    }
    if (!fits(text))
      throw new SecretFileError(`${label}: it is empty, or has characters that it must not have`);
    const file = { text, failed: false, path, label, fits };
    this.files.push(file);
    return file;
  }

  /** Looks at the files no more. */
  close(): void {
    clearInterval(this.polling);
  }

  private async poll(): Promise<void> {
    await Promise.all(this.files.map((file) => this.look(file)));
  }

  /** A file that is away or does not fit leaves the text as it was: a slip must not cut the backend off. */
  private async look(file: WatchedFile): Promise<void> {
    const text = await readFile(file.path, 'utf8').then(
      (read) => read.trim(),
      () => '',
    );
    const failed = !file.fits(text);
    if (failed && !file.failed) this.options.log('warn', 'backend_secret_failed', { secret: file.label });
    if (!failed && text !== file.text) {
      file.text = text;
      this.options.log('info', 'backend_secret_read', { secret: file.label });
    }
    file.failed = failed;
  }
}
