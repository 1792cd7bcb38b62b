/** The public names for Pulumi programs: `cdk8s-agent-gateway/pulumi`. */
export { InvalidGatewayError } from '../resolve/invalid-gateway-error';
export { AgentGateway } from './agent-gateway';
export type { AgentGatewayArgs, InputPath } from './args';
export type { ServiceNames } from './synthesis';
