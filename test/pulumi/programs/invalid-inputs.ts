/** A program whose Inputs turn out to be invalid, one of them a secret where everybody could read it. */
import { output, secret } from '@pulumi/pulumi';
import { AgentGateway } from '../../../src/pulumi/agent-gateway';
import { VALID_PROPS } from '../../support/valid-props';

const issuer = 'https://id.example.com/';
const jwksUrl = secret('https://user:hunter2@id.example.com/jwks.json');

new AgentGateway('agents', {
  ...VALID_PROPS,
  hosts: [output('https://api.example.com')],
  auth: { jwt: { issuer, audience: 'agents', jwksUrl } },
  router: { image: output('with space') },
});
