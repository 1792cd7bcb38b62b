/** CRDs of a folder: for a server that has them, and as judges of custom resources where there is none. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import { parseAllDocuments } from 'yaml';
import { type ApiServer, apply, until } from './api-server';
import type { KubernetesObject } from './synthesise';

interface Crd {
  readonly group: string;
  readonly names: { readonly kind: string; readonly plural: string };
  readonly versions: readonly {
    readonly name: string;
    readonly schema: { readonly openAPIV3Schema: object };
  }[];
}

export function readCrds(folder: string): KubernetesObject[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return files.flatMap((name) =>
    parseAllDocuments(readFileSync(join(folder, name), 'utf8'))
      .map((document) => document.toJS() as KubernetesObject | null)
      .filter((object): object is KubernetesObject => object?.kind === 'CustomResourceDefinition'),
  );
}

/** Gives a server the CRDs, and returns once it serves them. */
export async function installCrds(server: ApiServer, crds: readonly KubernetesObject[]): Promise<void> {
  for (const crd of crds) {
    const { status, body } = await apply(server, crd);
    if (status >= 300) throw new Error(`${crd.metadata.name}: ${body.message}`);
  }
  for (const { spec } of crds) {
    const { group, versions, names } = spec as Crd;
    const path = `/apis/${group}/${versions[0]?.name}/${names.plural}`;
    await until(async () => (await server.call('GET', path)).status === 200);
  }
}

const ajv = new Ajv({
  strict: false,
  validateFormats: false,
  allErrors: true,
  // CRDs escape more than the expressions of that mode may.
  unicodeRegExp: false,
});
const compiled = new Map<string, ValidateFunction>();

/**
 * What is wrong with an object by the schema of its kind, where a field that the schema lacks is wrong too; nothing for kinds
 * that no CRD describes.
 */
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
