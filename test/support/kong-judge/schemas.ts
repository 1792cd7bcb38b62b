/**
 * Kong's own schemas, as its Admin API gives them, from the folder that `KONG_SCHEMAS` names. They are Kong's and not
 * part of this project; tests that need them say so where they are missing.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** As much of a field's schema as the judge reads. */
export interface FieldSchema {
  readonly type?: string;
  readonly required?: boolean;
  readonly auto?: boolean;
  readonly default?: JsonValue;
  readonly eq?: JsonValue;
  readonly one_of?: readonly JsonValue[];
  readonly not_one_of?: readonly JsonValue[];
  readonly contains?: JsonValue;
  readonly between?: readonly [number, number];
  readonly gt?: number;
  readonly len_min?: number;
  readonly len_eq?: number;
  readonly uuid?: boolean;
  readonly unique?: boolean;
  readonly match?: string;
  readonly match_all?: readonly { readonly pattern: string }[];
  readonly match_none?: readonly { readonly pattern: string }[];
  readonly match_any?: { readonly patterns: readonly string[] };
  readonly starts_with?: string;
  readonly reference?: string;
  readonly elements?: FieldSchema;
  readonly keys?: FieldSchema;
  readonly values?: FieldSchema;
  readonly mutually_exclusive_subsets?: readonly (readonly string[])[];
  readonly fields?: readonly Readonly<Record<string, FieldSchema>>[];
  readonly shorthand_fields?: readonly Readonly<Record<string, FieldSchema>>[];
  readonly entity_checks?: readonly EntityCheck[];
}

export interface EntityCheck {
  readonly at_least_one_of?: readonly string[];
  readonly only_one_of?: readonly string[];
  readonly mutually_required?: readonly string[];
  readonly mutually_exclusive?: readonly string[];
  readonly distinct?: readonly string[];
  readonly conditional?: {
    readonly if_field: string;
    readonly if_match: FieldSchema;
    readonly then_field: string;
    readonly then_match: FieldSchema;
  };
}

export interface KongSchemas {
  readonly entities: Readonly<Record<string, FieldSchema>>;
  readonly plugins: Readonly<Record<string, FieldSchema>>;
  readonly verdicts: readonly Verdict[];
}

/** What Kong said of a small file. */
export interface Verdict {
  readonly name: string;
  readonly accepted: boolean;
  readonly message: string | null;
  readonly file: string;
}

const folder = process.env.KONG_SCHEMAS;

/** `undefined`, and a line that says so, where no folder is named. */
export function loadKongSchemas(): KongSchemas | undefined {
  if (folder === undefined) {
    process.stderr.write(
      'No schemas of Kong (KONG_SCHEMAS names no folder): kong.yml is not judged by them.\n',
    );
    return undefined;
  }
  return {
    entities: readFolder(join(folder, 'entities')),
    plugins: readFolder(join(folder, 'plugins')),
    verdicts: JSON.parse(readFileSync(join(folder, 'verdicts.json'), 'utf8')),
  };
}

function readFolder(path: string): Record<string, FieldSchema> {
  const names = readdirSync(path).filter((name) => name.endsWith('.json'));
  return Object.fromEntries(
    names.map((name) => [name.slice(0, -'.json'.length), JSON.parse(readFileSync(join(path, name), 'utf8'))]),
  );
}

/** A record's fields as one object. */
export function fieldsOf(schema: FieldSchema): Readonly<Record<string, FieldSchema>> {
  return Object.assign({}, ...(schema.fields ?? []));
}

export function isRecord(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
