/** Files that are read again when they change: what is closed tells of nothing any more. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WatchedFile } from '../../src/router/watched-file';

test('tells of nothing that a look under way finds once it is closed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'agent-gateway-watched-'));
  const file = join(folder, 'file');
  writeFileSync(file, 'one text');
  const told: string[] = [];
  const tell = (what: string) => void told.push(what);
  const watched = new WatchedFile({
    ...{ file, parse: (text: string) => text, onRead: tell, onFail: tell },
    pollMilliseconds: 1,
  });
  // A pipe opens for a writer once there is a reader: a look is under way then.
  rmSync(file);
  execFileSync('mkfifo', [file]);
  const writer = await open(file, 'w');

  watched.close();
  await writer.writeFile('another text');
  await writer.close();
  await sleep(100);
  expect(told).toEqual([]);
  rmSync(folder, { recursive: true });
});
