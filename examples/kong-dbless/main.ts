import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import { AgentGateway } from 'cdk8s-agent-gateway';
import { platform } from '../quickstart/platform';

const app = new App({ outdir: join(__dirname, 'dist') });
export const chart = new Chart(app, 'agents', { namespace: 'agents' });
export const gateway = new AgentGateway(chart, 'gateway', {
  ...platform,
  name: 'agents',
  edge: { kong: { dbless: {} } },
  tls: { secretName: 'api-tls' },
});
app.synth();
