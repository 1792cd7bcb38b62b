/** What must hold of changes of JSON: each field has one fate, and no two fields get one name. */
import type { JsonChangesProps } from '../props/transform-props';
import { checkDistinct } from './check-helpers';
import { type Place, Saying } from './problems';
import type { Loose } from './shape';

/** Checks the changes of one service in one direction. */
export function checkJsonChanges(changes: Loose<JsonChangesProps> | undefined, at: Place): void {
  if (changes === undefined) return;
  const { rename = {}, defaults = {}, remove = [] } = changes;
  checkDistinct(remove, at.key('remove'));
  const isBelowRemoved = (path: string) => remove.some((other) => path.startsWith(`${other}.`));
  remove.forEach((path, i) => {
    const place = at.key('remove').index(i);
    if (path === undefined) return;
    if (isBelowRemoved(path)) reportUnused(path, place);
    if (Object.hasOwn(rename, path)) {
      place.report('AGW_DUPLICATE', path, 'each field once in rename and remove', 'keep one of the two');
    }
  });
  const taken = new Set<string>();
  for (const [path, name] of Object.entries(rename)) {
    const place = at.key('rename').key(path);
    if (isBelowRemoved(path)) reportUnused(path, place);
    if (name === undefined) continue;
    const renamed = `${path.slice(0, path.lastIndexOf('.') + 1)}${name}`;
    if (taken.has(renamed)) {
      const got = new Saying(`${JSON.stringify(name)}, which another field gets`);
      place.report('AGW_DUPLICATE', got, 'a name of its own', 'rename one of the two to another name');
    }
    taken.add(renamed);
    if (!Object.hasOwn(defaults, renamed) || !Object.hasOwn(defaults, path)) continue;
    const got = new Saying(`a default beside that of ${JSON.stringify(path)}, which gets this name`);
    at.key('defaults')
      .key(renamed)
      .report('AGW_DUPLICATE', got, 'one default for a field', 'keep one of the two');
  }
}

function reportUnused(path: string, at: Place): void {
  at.report('AGW_UNUSED', path, 'a field that is not inside one that is removed', 'remove it');
}
