/** The model of props that are good but for changes. */
import type { GatewayModel } from '../../src/model/gateway-model';
import { formatProblems } from '../../src/resolve/problems';
import { type ResolvedGateway, resolveGateway } from '../../src/resolve/resolve-gateway';
import { changed, VALID_PROPS } from './valid-props';

export function resolved(changes: unknown = {}): ResolvedGateway {
  const result = resolveGateway(changed(VALID_PROPS, changes));
  if (result.kind === 'problems') throw new Error(formatProblems(result.problems));
  return result;
}

export function modelWith(changes: unknown = {}): GatewayModel {
  return resolved(changes).gateway;
}
