/** The public names for Pulumi programs: `cdk8s-agent-gateway/pulumi`. */
export { InvalidGatewayError } from '../resolve/invalid-gateway-error';
export { AgentGateway } from './agent-gateway';
export type { AgentGatewayArgs } from './args';
export type { InputPath } from './input-props';
export type { ServiceNames } from './synthesis';
