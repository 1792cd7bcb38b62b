/** Props → model, or every problem at once. The one way in: construct, command line and tests call it. */
import type { DeploymentModel } from '../model/deployment-model';
import type { GatewayModel } from '../model/gateway-model';
import type { Problem } from '../model/problem';
import type { AgentGatewayProps } from '../props/gateway-props';
import { buildDeployment } from './build-deployment';
import { buildGateway } from './build-gateway';
import { checkProps } from './checks';
import { Place, sortProblems } from './problems';
import { propsShape } from './props-shape';

/** Props that were good. */
export interface ResolvedGateway {
  readonly kind: 'resolved';
  readonly name?: string;
  readonly gateway: GatewayModel;
  readonly deployment: DeploymentModel;
}

/** Props that were not. */
export interface RefusedProps {
  readonly kind: 'problems';
  /** At least one, sorted by path. */
  readonly problems: readonly Problem[];
}

/**
 * Checks and completes props.
 *
 * @param props typed, or anything at all: what JSON or YAML brought, what JavaScript passed. Never throws.
 */
export function resolveGateway(props: unknown): ResolvedGateway | RefusedProps {
  const problems: Problem[] = [];
  const top = new Place('', problems);
  const read = propsShape(props, top);
  if (read !== undefined) checkProps(read, top);
  if (problems.length > 0) return { kind: 'problems', problems: sortProblems(problems) };

  // Without problems every required member is there: the shape says so for each.
  const whole = read as AgentGatewayProps;
  const gateway = buildGateway(whole);
  return {
    kind: 'resolved',
    ...(whole.name === undefined ? {} : { name: whole.name }),
    gateway,
    deployment: buildDeployment(whole, gateway),
  };
}
