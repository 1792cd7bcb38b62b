/** The `kong.yml` of a gateway, for those who run Kong outside Kubernetes. */
import type { RouterAddress } from './edges/kong/kong-config';
import { kongYml } from './edges/kong/kong-yml';
import { translate } from './edges/kong/translation';
import type { AgentGatewayProps } from './props/gateway-props';
import { InvalidGatewayError } from './resolve/invalid-gateway-error';
import { resolveGateway } from './resolve/resolve-gateway';

/** Name of Kong's service and route for a gateway without a name. */
const NAME = 'agent-gateway';

/**
 * The text of the `kong.yml` that a gateway with `edge: { kong: { dbless: {} } }` has, for a Kong 3.6 to 3.9 that runs
 * elsewhere. The same props give the same text.
 *
 * @param router where that Kong finds the router: `{ host: '127.0.0.1', port: 8080 }`
 * @throws InvalidGatewayError with every problem, when the props have any, name another edge, or have services that are
 * `via: 'edge'`, whose keys only a pod can put into the file
 */
export function renderKongFile(props: AgentGatewayProps, router: RouterAddress): string {
  const resolved = resolveGateway(props);
  if (resolved.kind === 'problems') throw new InvalidGatewayError(resolved.problems);
  const dbless = resolved.deployment.edge.kong?.dbless;
  if (dbless === undefined) {
    const fix = 'use edge: { kong: { dbless: {} } }';
    const [got, expected] = ['another edge', 'the edge that has a kong.yml'];
    throw new InvalidGatewayError([{ code: 'AGW_EDGE_CANNOT', path: 'edge', got, expected, fix }]);
  }
  if (dbless.direct !== undefined) {
    const fix = 'leave via out of the services, or run Kong in the cluster';
    const [got, expected] = ["services with via: 'edge'", 'none: their keys are put into the file by a pod'];
    throw new InvalidGatewayError([{ code: 'AGW_EDGE_CANNOT', path: 'services', got, expected, fix }]);
  }
  return kongYml(
    translate(resolved.name ?? NAME, resolved.gateway, dbless, {
      router,
      redis: router.host,
      usernameOf: (tenant) => tenant,
    }),
  );
}
