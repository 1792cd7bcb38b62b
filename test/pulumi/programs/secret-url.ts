/** A program with a secret where everybody could read it. */
import { secret } from '@pulumi/pulumi';
import { AgentGateway } from '../../../src/pulumi/agent-gateway';
import { VALID_PROPS } from '../../support/valid-props';

const issuer = 'https://id.example.com/';
const jwksUrl = secret('https://user:hunter2@id.example.com/jwks.json');
new AgentGateway('agents', { ...VALID_PROPS, auth: { jwt: { issuer, audience: 'agents', jwksUrl } } });
