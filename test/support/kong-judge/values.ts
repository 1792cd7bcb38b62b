/** Judges one value by one field's schema: type, range, words, patterns, members. */
import { type FieldSchema, fieldsOf, isRecord, type JsonValue } from './schemas';

/** Reports that something at a place is wrong. */
export type Report = (path: string, message: string) => void;

/** What the schemas do not say: checks in Kong's code, by the end of a field's place. */
export type Extra = (path: string, value: JsonValue, report: Report) => void;

/** A record with the defaults of what it leaves out. */
export function withDefaults(
  schema: FieldSchema,
  value: { readonly [key: string]: JsonValue },
): { readonly [key: string]: JsonValue } {
  const filled: Record<string, JsonValue> = { ...value };
  for (const [name, field] of Object.entries(fieldsOf(schema))) {
    const member = filled[name];
    if (member === undefined && field.default !== undefined) filled[name] = field.default;
    if (field.type !== 'record') continue;
    const record = filled[name];
    if (record === undefined && field.required === true) filled[name] = withDefaults(field, {});
    else if (isRecord(record)) filled[name] = withDefaults(field, record);
  }
  for (const shorthand of schema.shorthand_fields ?? []) expandRedis(shorthand, filled);
  return filled;
}

/** The old `redis_host` stands for `redis.host`. */
function expandRedis(
  shorthand: Readonly<Record<string, FieldSchema>>,
  filled: Record<string, JsonValue>,
): void {
  for (const name of Object.keys(shorthand)) {
    const value = filled[name];
    if (value === undefined || !name.startsWith('redis_')) continue;
    delete filled[name];
    const redis = filled.redis;
    filled.redis = { ...(isRecord(redis) ? redis : {}), [name.slice('redis_'.length)]: value };
  }
}

export function checkValue(
  schema: FieldSchema,
  value: JsonValue | undefined,
  path: string,
  report: Report,
  extra: Extra,
): void {
  if (schema.eq !== undefined && (value ?? null) !== schema.eq) report(path, `value must be ${schema.eq}`);
  if (value === undefined || value === null) {
    if (schema.required === true && schema.auto !== true) report(path, 'required field missing');
    return;
  }
  if (!hasType(schema, value)) {
    report(path, `expected ${schema.type}`);
    return;
  }
  if (schema.one_of !== undefined && !schema.one_of.includes(value)) {
    report(path, `expected one of: ${schema.one_of.join(', ')}`);
  }
  if (schema.not_one_of?.includes(value) === true) report(path, 'must not be one of these');
  if (typeof value === 'number') checkNumber(schema, value, path, report);
  if (typeof value === 'string') checkString(schema, value, path, report);
  if (Array.isArray(value)) checkList(schema, value, path, report, extra);
  else if (isRecord(value)) checkRecord(schema, value, path, report, extra);
  extra(path, value, report);
}

function hasType(schema: FieldSchema, value: JsonValue): boolean {
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'number':
      return typeof value === schema.type;
    case 'integer':
      return Number.isInteger(value);
    case 'array':
    case 'set':
      return Array.isArray(value);
    case 'record':
    case 'map':
      return isRecord(value);
    default:
      return true;
  }
}

function checkNumber(schema: FieldSchema, value: number, path: string, report: Report): void {
  const [least, most] = schema.between ?? [-Infinity, Infinity];
  if (value < least || value > most) report(path, `value should be between ${least} and ${most}`);
  if (schema.gt !== undefined && value <= schema.gt) report(path, `value must be greater than ${schema.gt}`);
}

function checkString(schema: FieldSchema, value: string, path: string, report: Report): void {
  const fits = (pattern: string) => luaPattern(pattern).test(value);
  if (value.length < (schema.len_min ?? 1)) report(path, 'length must be larger');
  if (schema.uuid === true && !UUID.test(value)) report(path, 'expected a valid UUID');
  if (schema.starts_with !== undefined && !value.startsWith(schema.starts_with)) report(path, 'wrong start');
  if (schema.match !== undefined && !fits(schema.match)) report(path, 'invalid value');
  if (schema.match_all?.some(({ pattern }) => !fits(pattern)) === true) report(path, 'invalid value');
  if (schema.match_none?.some(({ pattern }) => fits(pattern)) === true) report(path, 'invalid value');
  if (schema.match_any !== undefined && !schema.match_any.patterns.some(fits)) report(path, 'invalid value');
}

function checkList(
  schema: FieldSchema,
  value: readonly JsonValue[],
  path: string,
  report: Report,
  extra: Extra,
): void {
  if (value.length < (schema.len_min ?? 0)) report(path, 'too short');
  if (schema.len_eq !== undefined && value.length !== schema.len_eq) report(path, 'wrong length');
  if (schema.contains !== undefined && !value.includes(schema.contains)) report(path, 'lacks a value');
  if (schema.elements !== undefined) {
    for (const element of value) checkValue(schema.elements, element, `${path}[]`, report, extra);
  }
  const subsets = schema.mutually_exclusive_subsets ?? [];
  if (subsets.filter((subset) => value.some((one) => subset.includes(String(one)))).length > 1) {
    report(path, 'these values are mutually exclusive');
  }
}

function checkRecord(
  schema: FieldSchema,
  value: { readonly [key: string]: JsonValue },
  path: string,
  report: Report,
  extra: Extra,
): void {
  if (schema.type === 'map') {
    for (const [key, member] of Object.entries(value)) {
      if (schema.keys !== undefined) checkValue(schema.keys, key, `${path}{}`, report, extra);
      if (schema.values !== undefined) checkValue(schema.values, member, `${path}.*`, report, extra);
    }
    return;
  }
  if (schema.fields === undefined) return;
  const fields = fieldsOf(schema);
  for (const key of Object.keys(value)) {
    if (fields[key] === undefined) report(`${path}.${key}`, 'unknown field');
  }
  for (const [name, field] of Object.entries(fields)) {
    checkValue(field, value[name], `${path}.${name}`, report, extra);
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A pattern of Lua's (Lua 5.1 manual, 5.4.1), as far as Kong's schemas use it. */
function luaPattern(pattern: string): RegExp {
  const text = pattern.replace(/%(.)/g, (_, char: string) => {
    if (char === 'u') return '[A-Z]';
    return char === 'd' ? '0-9' : `\\${char}`;
  });
  return new RegExp(text);
}
