/**
 * Judges a `kong.yml` as Kong 3.9.3 does when it starts without a database: by Kong's own schemas, and by the few rules
 * that Kong has in code. Says accepted or not; its reasons are for people and not Kong's own texts.
 */
import { parse } from 'yaml';
import { checkEntity } from './entity-checks';
import { checkByOwnRules } from './own-rules';
import { type FieldSchema, fieldsOf, isRecord, type JsonValue, type KongSchemas } from './schemas';
import { checkValue, withDefaults } from './values';

type Entity = { readonly [key: string]: JsonValue };

/** What is wrong with a file; empty = Kong accepts it. */
export function judgeKongFile(schemas: KongSchemas, text: string): readonly string[] {
  const file = parse(text) as JsonValue;
  return isRecord(file) ? new Judge(schemas).judge(file) : ['the file is no object'];
}

const FORMATS = ['1.1', '2.1', '3.0'];

class Judge {
  private readonly errors: string[] = [];
  /** `routes.name=agents` for each value of a unique field, and for ids. */
  private readonly taken = new Set<string>();
  /** What foreign fields of top-level entities point at: `routes=agents`. Checked once all entities are known. */
  private readonly references: string[] = [];
  private readonly known = new Set<string>();

  constructor(private readonly schemas: KongSchemas) {}

  judge(file: Entity): readonly string[] {
    if (!FORMATS.includes(file._format_version as string))
      this.report('_format_version', 'expected a version');
    for (const [key, value] of Object.entries(file)) {
      if (key === '_format_version' || key === '_transform' || key === '_comment') continue;
      if (this.schemas.entities[key] === undefined) this.report(key, 'unknown field');
      else this.entities(key, value, undefined);
    }
    for (const reference of this.references) {
      if (!this.known.has(reference)) this.report(reference, 'there is no such entity');
    }
    return this.errors;
  }

  private readonly report = (path: string, message: string): void => {
    this.errors.push(`in '${path}': ${message}`);
  };

  private entities(kind: string, list: JsonValue, parent: Parent | undefined): void {
    if (!Array.isArray(list)) this.report(kind, 'expected an array');
    for (const entity of Array.isArray(list) ? (list as readonly JsonValue[]) : []) {
      if (isRecord(entity)) this.entity(kind, entity, parent);
      else this.report(kind, 'expected a record');
    }
  }

  private entity(kind: string, written: Entity, parent: Parent | undefined): void {
    const schema = this.schemaOf(kind, written);
    if (schema === undefined) return;
    const nested = this.nestedKinds(kind);
    const own = Object.fromEntries(Object.entries(written).filter(([key]) => !nested.includes(key)));
    const placed = kind === 'services' ? this.withUrl(own) : own;
    const entity = withDefaults(schema, parent === undefined ? placed : { ...placed, ...parent.field });

    const place = kind === 'plugins' ? String(written.name) : kind;
    const fields = fieldsOf(schema);
    for (const key of Object.keys(entity)) {
      if (fields[key] === undefined) this.report(`${place}.${key}`, 'unknown field');
    }
    for (const [name, field] of Object.entries(fields)) {
      // What a nested entity belongs to is put in by Kong after this check (section 8 of Kong's measured behaviour).
      if (parent?.field[name] !== undefined) continue;
      checkValue(field, entity[name], `${place}.${name}`, this.report, checkByOwnRules);
      if (field.reference !== undefined) this.refer(field.reference, entity[name]);
    }
    checkEntity(schema, entity, place, this.report);
    if (kind === 'routes') this.routeMatchesSomething(entity);
    this.remember(kind, fields, entity);
    const id = entity.name ?? entity.username ?? entity.custom_id ?? entity.id ?? String(this.taken.size);
    for (const child of nested) {
      const list = written[child];
      if (list !== undefined) this.entities(child, list, { field: { [this.foreignField(child, kind)]: id } });
    }
  }

  /** A plugin's schema is the common one with the plugin's own fields over it. */
  private schemaOf(kind: string, entity: Entity): FieldSchema | undefined {
    const schema = this.schemas.entities[kind];
    if (schema === undefined || kind !== 'plugins') return schema;
    const plugin = this.schemas.plugins[String(entity.name)];
    if (plugin === undefined) {
      this.report('plugins', `plugin '${String(entity.name)}' not enabled`);
      return undefined;
    }
    return {
      fields: [fieldsOf(schema), fieldsOf(plugin)],
      entity_checks: plugin.entity_checks ?? [],
    };
  }

  private nestedKinds(kind: string): string[] {
    return Object.keys(this.schemas.entities).filter((child) => this.foreignField(child, kind) !== '');
  }

  /** Name of the field of a child that points at a kind: `service` of a route; `''` for none. */
  private foreignField(child: string, kind: string): string {
    const schema = this.schemas.entities[child];
    const found = Object.entries(schema === undefined ? {} : fieldsOf(schema)).find(
      ([, field]) => field.reference === kind,
    );
    return found?.[0] ?? '';
  }

  /** `url` stands for protocol, host, port and path. */
  private withUrl({ url, ...rest }: Entity): Entity {
    if (typeof url !== 'string' || !URL.canParse(url)) return url === undefined ? rest : { ...rest, url };
    const { protocol, hostname, port, pathname } = new URL(url);
    return {
      protocol: protocol.slice(0, -1),
      host: hostname,
      port: Number(port || (protocol === 'https:' ? 443 : 80)),
      ...(pathname === '/' ? {} : { path: pathname }),
      ...rest,
    };
  }

  private routeMatchesSomething(route: Entity): void {
    const any = ['methods', 'hosts', 'headers', 'paths'].some((field) => {
      const value = route[field];
      return value !== undefined && value !== null && Object.keys(value).length > 0;
    });
    if (!any) this.report('routes', "must set one of 'methods', 'hosts', 'headers', 'paths'");
  }

  private refer(kind: string, value: JsonValue | undefined): void {
    const name = isRecord(value) ? (value.id ?? value.name) : value;
    if (typeof name === 'string') this.references.push(`${kind}=${name}`);
  }

  private remember(kind: string, fields: Readonly<Record<string, FieldSchema>>, entity: Entity): void {
    const unique = Object.keys(fields).filter((name) => fields[name]?.unique === true || name === 'id');
    for (const name of unique) {
      const value = entity[name];
      if (typeof value !== 'string') continue;
      this.takeOnce(`${kind}.${name}=${value}`);
      this.known.add(`${kind}=${value}`);
    }
    if (kind !== 'plugins') return;
    // A plugin is there once for each place that it hangs on.
    const scope = [entity.name, entity.route, entity.service, entity.consumer].map((part) =>
      JSON.stringify(part ?? ''),
    );
    this.takeOnce(`plugins: ${scope.join(' ')}`);
  }

  private takeOnce(key: string): void {
    if (this.taken.has(key)) this.report(key, 'uniqueness violation');
    this.taken.add(key);
  }
}

interface Parent {
  readonly field: { readonly [name: string]: JsonValue };
}
