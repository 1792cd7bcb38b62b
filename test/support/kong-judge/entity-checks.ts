/** Judges an entity's fields against each other, by the checks that its schema names. */
import { type EntityCheck, type FieldSchema, isRecord, type JsonValue } from './schemas';
import { checkValue, type Report } from './values';

type Entity = { readonly [key: string]: JsonValue };

/** @param entity with defaults filled in */
export function checkEntity(schema: FieldSchema, entity: Entity, path: string, report: Report): void {
  for (const check of schema.entity_checks ?? []) runCheck(check, entity, path, report);
}

function runCheck(check: EntityCheck, entity: Entity, path: string, report: Report): void {
  const present = (fields: readonly string[] | undefined) =>
    (fields ?? []).filter((field) => !isEmpty(memberOf(entity, field)));

  if (check.at_least_one_of !== undefined && present(check.at_least_one_of).length === 0) {
    report(path, `at least one of these fields must be non-empty: ${check.at_least_one_of.join(', ')}`);
  }
  if (check.only_one_of !== undefined && present(check.only_one_of).length !== 1) {
    report(path, `exactly one of these fields must be non-empty: ${check.only_one_of.join(', ')}`);
  }
  if (present(check.mutually_exclusive).length > 1) report(path, 'fields are mutually exclusive');
  const required = present(check.mutually_required).length;
  if (required > 0 && required < (check.mutually_required?.length ?? 0))
    report(path, 'fields need each other');
  const distinct = present(check.distinct).map((field) => memberOf(entity, field));
  if (new Set(distinct).size < distinct.length) report(path, 'values must be distinct');
  if (check.conditional !== undefined) runConditional(check.conditional, entity, path, report);
}

function runConditional(
  check: NonNullable<EntityCheck['conditional']>,
  entity: Entity,
  path: string,
  report: Report,
): void {
  if (!matches(check.if_match, memberOf(entity, check.if_field))) return;
  if (matches(check.then_match, memberOf(entity, check.then_field))) return;
  report(path, `failed conditional validation of '${check.then_field}', given '${check.if_field}'`);
}

function matches(schema: FieldSchema, value: JsonValue | undefined): boolean {
  let wrong = false;
  checkValue(
    schema,
    value,
    '',
    () => {
      wrong = true;
    },
    () => undefined,
  );
  return !wrong;
}

function memberOf(entity: Entity, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = entity;
  for (const key of path.split('.')) value = isRecord(value) ? value[key] : undefined;
  return value;
}

function isEmpty(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}
