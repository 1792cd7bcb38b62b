/** A program whose Inputs turn out to be invalid. */
import { output } from '@pulumi/pulumi';
import { AgentGateway } from '../../../src/pulumi/agent-gateway';
import { VALID_PROPS } from '../../support/valid-props';

new AgentGateway('agents', {
  ...VALID_PROPS,
  hosts: [output('https://api.example.com')],
  router: { image: output('with space') },
});
