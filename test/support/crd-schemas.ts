/** Judges custom resources by the schemas of their CRDs; a field that is not in the schema is a problem. */
import Ajv, { type ValidateFunction } from 'ajv';
import type { KubernetesObject } from './synthesise';

interface Crd {
  readonly group: string;
  readonly names: { readonly kind: string };
  readonly versions: readonly {
    readonly name: string;
    readonly schema: { readonly openAPIV3Schema: object };
  }[];
}

const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
const compiled = new Map<string, ValidateFunction>();

/** What is wrong with an object; nothing for kinds that no CRD describes. */
export function crdProblems(crds: readonly KubernetesObject[], object: KubernetesObject): string[] {
  const [group, version] = object.apiVersion.split('/');
  const crd = crds
    .map(({ spec }) => spec as Crd)
    .find((spec) => spec.group === group && spec.names.kind === object.kind);
  const schema = crd?.versions.find(({ name }) => name === version)?.schema.openAPIV3Schema;
  if (schema === undefined) return [];
  const id = `${object.apiVersion} ${object.kind}`;
  const validate = compiled.get(id) ?? ajv.compile(closed(schema) as object);
  compiled.set(id, validate);
  const { kind } = object;
  if (validate(object)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${kind} ${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

/** The schema with every object that lists its properties closed to others; metadata stays open. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { 'x-kubernetes-int-or-string': intOrString, ...rest } = schema as Record<string, unknown>;
  const inner = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, closed(value)]));
  if (intOrString === true) return { anyOf: [{ type: 'integer' }, { type: 'string' }] };
  const open = inner['x-kubernetes-preserve-unknown-fields'] === true || inner.properties === undefined;
  return open || inner.additionalProperties !== undefined ? inner : { ...inner, additionalProperties: false };
}
