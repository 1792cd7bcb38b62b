/**
 * Renames, removes and adds members of JSON objects in their bytes (contract H5). What is not changed stays as it came, to
 * the byte: numbers that no double can hold, keys that stand twice, blanks. Nothing is parsed into values.
 *
 *     { rename: { 'opts.len': 'max' }, remove: ['debug'], defaults: { 'opts.seed': 7 } }
 *     {"opts": {"len": 9007199254740993}, "debug": 1}  →  {"opts": {"max": 9007199254740993,"seed":7}}
 */
import type { JsonChangesModel } from '../model/gateway-model';
import { JsonScan, type Member } from './json-scan';

/** What happens to a field, and to those inside it. Paths are those of the JSON that comes in. */
interface FieldNode {
  rename: string | undefined;
  remove: boolean;
  /** JSON text. */
  value: string | undefined;
  readonly inside: Map<string, FieldNode>;
}

/** Bytes from one place up to another give way to text. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** The changes of one service in one direction, made once at start. */
export class JsonEditor {
  private readonly root: FieldNode = nodeOf();

  constructor({ rename, remove, defaults }: JsonChangesModel) {
    for (const [path, name] of Object.entries(rename)) this.nodeAt(path).rename = name;
    for (const path of remove) this.nodeAt(path).remove = true;
    for (const [path, value] of Object.entries(defaults)) this.nodeAt(path).value = JSON.stringify(value);
  }

  /**
   * @param chunks valid JSON that is an object
   * @returns the same chunks where there is nothing to change
   */
  edit(chunks: readonly Buffer[]): readonly Buffer[] {
    const bytes = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
    const scan = new JsonScan(bytes);
    const edits: Edit[] = [];
    editObject(scan, scan.blank(0), this.root, edits);
    return edits.length === 0 ? chunks : applied(bytes, edits);
  }

  private nodeAt(path: string): FieldNode {
    let node = this.root;
    for (const name of path.split('.')) {
      let next = node.inside.get(name);
      if (next === undefined) {
        next = nodeOf();
        node.inside.set(name, next);
      }
      node = next;
    }
    return node;
  }
}

function nodeOf(): FieldNode {
  return { rename: undefined, remove: false, value: undefined, inside: new Map() };
}

/** As deep as the paths of the changes, never as deep as the JSON. */
function editObject(scan: JsonScan, at: number, node: FieldNode, edits: Edit[]): void {
  const members = scan.members(at);
  const removed = (member: Member) => node.inside.get(member.name)?.remove === true;
  const staying = members.filter((member) => !removed(member));
  const names = renameMembers(staying, node, edits);
  for (const { name, valueFrom } of staying) {
    const inner = node.inside.get(name);
    if (inner !== undefined && inner.inside.size > 0 && scan.isObject(valueFrom)) {
      editObject(scan, valueFrom, inner, edits);
    }
  }
  removeMembers(members, removed, edits);
  // Behind the last member that stays, together with what is removed there.
  const from = staying.at(-1)?.valueTo ?? at + 1;
  const last = members.at(-1);
  const to = last !== undefined && removed(last) ? last.valueTo : from;
  const text = additions(node, names, staying.length > 0);
  if (text !== '' || to > from) edits.push({ from, to, text });
}

/** A field whose new name is there already keeps its own. Gives the names that the object has then. */
function renameMembers(staying: readonly Member[], node: FieldNode, edits: Edit[]): ReadonlySet<string> {
  const renameOf = (member: Member) => node.inside.get(member.name)?.rename;
  const names = new Set(staying.filter((member) => renameOf(member) === undefined).map(({ name }) => name));
  const taken = new Set(names);
  for (const member of staying) {
    const rename = renameOf(member);
    if (rename === undefined) continue;
    if (taken.has(rename)) {
      names.add(member.name);
      continue;
    }
    edits.push({ from: member.keyFrom, to: member.keyTo, text: JSON.stringify(rename) });
    names.add(rename);
  }
  return names;
}

/** Each with the comma behind it. Those after the last one that stays go with the comma before them, in `editObject`. */
function removeMembers(
  members: readonly Member[],
  removed: (member: Member) => boolean,
  edits: Edit[],
): void {
  let end = members.length - 1;
  while (end >= 0 && removed(members[end] as Member)) end--;
  for (let i = 0; i < end; i++) {
    const member = members[i] as Member;
    if (removed(member))
      edits.push({ from: member.keyFrom, to: (members[i + 1] as Member).keyFrom, text: '' });
  }
}

/** The members that are missing, each with its comma. */
function additions(node: FieldNode, names: ReadonlySet<string>, behindOthers: boolean): string {
  const there = new Set(names);
  let text = '';
  for (const [name, inner] of node.inside) {
    const outName = inner.rename ?? name;
    if (there.has(outName)) continue;
    const value = missingValue(inner);
    if (value === undefined) continue;
    there.add(outName);
    text += `${behindOthers || text !== '' ? ',' : ''}${JSON.stringify(outName)}:${value}`;
  }
  return text;
}

/** A field that has a default, or an object around such fields; `undefined` where nothing is missing. */
function missingValue(node: FieldNode): string | undefined {
  if (node.value !== undefined) return node.value;
  const inside = additions(node, new Set(), false);
  return inside === '' ? undefined : `{${inside}}`;
}

function applied(bytes: Buffer, edits: Edit[]): readonly Buffer[] {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const { from, to, text } of edits.sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from > at) pieces.push(bytes.subarray(at, from));
    if (text !== '') pieces.push(Buffer.from(text));
    at = to;
  }
  if (at < bytes.length) pieces.push(bytes.subarray(at));
  return pieces;
}
