/**
 * The Secrets of backends as files: `<directory>/<name of the Secret>/<key>`. Each is read at start and again when it
 * changes, so that a new key or certificate needs no restart. Who uses them asks each time.
 */
import { posix } from 'node:path';
import type { SecretKeyModel } from '../model/gateway-model';
import type { LogFields, LogLevel } from './log';
import { FileContentError, WatchedFile } from './watched-file';

/** Where the files are. */
export interface SecretFilesOptions {
  readonly directory: string;
  readonly log: (level: LogLevel, event: string, fields: LogFields) => void;
  /** How often the files are looked at. Default 5 s. Unit: milliseconds. */
  readonly pollMilliseconds?: number;
}

/** The text of a file, without blanks around it: always the last one that could be used. */
export type SecretFile = Pick<WatchedFile<string>, 'value'>;

/** The files that backends need. */
export class SecretFiles {
  private readonly files: WatchedFile<string>[] = [];

  constructor(private readonly options: SecretFilesOptions) {}

  /** @throws FileContentError when it cannot be read, is empty or does not fit; names the file and nothing of what is in it */
  open({ name, key }: SecretKeyModel, fits: (text: string) => boolean = isSomething): SecretFile {
    const { directory, log, pollMilliseconds } = this.options;
    const secret = `${name}/${key}`;
    const file = new WatchedFile({
      file: posix.join(directory, name, key),
      parse: (text) => {
        const trimmed = text.trim();
        if (fits(trimmed)) return trimmed;
        throw new FileContentError('it is empty, or has characters that it must not have');
      },
      onRead: () => log('info', 'backend_secret_read', { secret }),
      onFail: (cause) => log('warn', 'backend_secret_failed', { secret, cause }),
      ...(pollMilliseconds === undefined ? {} : { pollMilliseconds }),
    });
    this.files.push(file);
    return file;
  }

  /** Looks at the files no more. */
  close(): void {
    for (const file of this.files) file.close();
  }
}

/**
 * The files, where a backend needs one.
 *
 * @throws FileContentError where the router was not told of any
 */
export function needed(secrets: SecretFiles | undefined): SecretFiles {
  if (secrets !== undefined) return secrets;
  throw new FileContentError('a backend needs a Secret, and BACKEND_SECRETS_DIRECTORY names no folder');
}

/** Whether a text can stand in a header by itself. */
export function fitsHeader(text: string): boolean {
  return /^[\x21-\x7e]{1,8192}$/.test(text);
}

function isSomething(text: string): boolean {
  return text !== '';
}
