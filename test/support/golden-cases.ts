/** The cases of `test/golden/cases`: other tests put the same props to other judges. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Yaml } from 'cdk8s';
import type { AgentGatewayProps } from 'cdk8s-agent-gateway';
import { parse } from 'yaml';
import { type KubernetesObject, synthesise } from './synthesise';

export interface GoldenCase {
  readonly name: string;
  /** Kinds whose objects are written out. */
  readonly kinds: readonly string[];
  /** Component whose objects alone are written out; absent = those of all. */
  readonly component?: string;
  readonly props: AgentGatewayProps;
  /** All objects that the props give. */
  readonly objects: readonly KubernetesObject[];
}

const folder = join(__dirname, '../golden/cases');

const COMPONENT = 'app.kubernetes.io/component';

const BASE: AgentGatewayProps = {
  name: 'golden',
  hosts: ['api.example.com'],
  edge: { traefik: {} },
  auth: { apiKeys: { secret: { name: 'keys', key: 'keys.json' } } },
  plans: { free: { requestsPerMinute: 10 } },
  services: { agents: { path: '/agents', backend: { service: 'agents', port: 8000 } } },
};

export function goldenCases(): readonly GoldenCase[] {
  const names = readdirSync(folder).filter(
    (name) => name.endsWith('.yaml') && !name.endsWith('.golden.yaml'),
  );
  return names.sort().map((file) => {
    const { kinds, component, props: changes } = parse(readFileSync(join(folder, file), 'utf8'));
    const props = { ...BASE, ...changes };
    return { name: file.replace('.yaml', ''), kinds, component, props, objects: synthesise(props) };
  });
}

/** The objects to look at, with hashes of the router's program left out: it changes with every change of the router. */
export function goldenText({ objects, kinds, component }: Omit<GoldenCase, 'props'>): string {
  return objects
    .filter(({ kind }) => kinds.includes(kind))
    .filter(({ metadata }) => component === undefined || metadata.labels?.[COMPONENT] === component)
    .map((object) => Yaml.stringify(object))
    .join('---\n')
    .replace(/(-program-)[0-9a-f]{8,}/g, '$1<hash>')
    .replace(/(router\.cjs\.gz: ).*/g, '$1<bytes>');
}
