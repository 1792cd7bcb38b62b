/** Good props to change: the least that a gateway needs, and a way to lay changes over them. */
import type { AgentGatewayProps } from 'cdk8s-agent-gateway';

export const VALID_PROPS: AgentGatewayProps = {
  hosts: ['api.example.com'],
  edge: { traefik: {} },
  auth: { apiKeys: { secret: { name: 'agent-api-keys', key: 'keys.json' } } },
  plans: { free: { requestsPerMinute: 10 } },
  services: { agents: { path: '/agents', backend: { service: 'agent-service', port: 8000 } } },
};

/** Objects are merged member by member; `null` takes a member out; everything else is replaced. */
export function changed(base: unknown, changes: unknown): unknown {
  if (!isObject(base) || !isObject(changes)) return changes;
  const merged = new Map<string, unknown>(Object.entries(base));
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) merged.delete(key);
    else merged.set(key, changed(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
