/** Secrets as the kubelet mounts them: a folder for each, with links that change all at once. */
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogLevel } from '../../src/router/log';
import { SecretFiles } from '../../src/router/secret-files';

export interface SecretFolder {
  readonly directory: string;
  /** Events of the log so far. */
  readonly events: readonly { readonly level: LogLevel; readonly event: string; readonly secret: unknown }[];
  /** Puts a Secret there, or another version of it. */
  put(name: string, data: Readonly<Record<string, string>>): void;
  /** Looks at the files often. */
  open(): SecretFiles;
  remove(): void;
}

export function secretFolder(): SecretFolder {
  const directory = mkdtempSync(join(tmpdir(), 'secrets-'));
  const events: { level: LogLevel; event: string; secret: unknown }[] = [];
  let versions = 0;
  return {
    directory,
    events,
    put: (name, data) => {
      const folder = join(directory, name);
      const version = `..version-${++versions}`;
      mkdirSync(join(folder, version), { recursive: true });
      for (const [key, text] of Object.entries(data)) writeFileSync(join(folder, version, key), text);
      symlinkSync(version, join(folder, '..new'));
      renameSync(join(folder, '..new'), join(folder, '..data'));
      for (const key of Object.keys(data)) {
        rmSync(join(folder, key), { force: true });
        symlinkSync(join('..data', key), join(folder, key));
      }
    },
    open: () =>
      new SecretFiles({
        directory,
        pollMilliseconds: 10,
        log: (level, event, fields) => void events.push({ level, event, secret: fields.secret }),
      }),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** One of the files beside this one. */
export function certificate(name: string): string {
  return readFileSync(join(__dirname, 'certificates', name), 'utf8');
}
