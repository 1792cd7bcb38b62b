import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import { AgentGateway, renderKongFile } from 'cdk8s-agent-gateway';
import { platform } from '../quickstart/platform';

const props = { ...platform, name: 'agents', edge: { kong: { dbless: {} } }, tls: { secretName: 'api-tls' } };

const app = new App({ outdir: join(__dirname, 'dist') });
export const chart = new Chart(app, 'agents', { namespace: 'agents' });
export const gateway = new AgentGateway(chart, 'gateway', props);
app.synth();

/** The same for a Kong outside Kubernetes. */
export const kongFile = renderKongFile(props, { host: 'router.internal.example.com', port: 8080 });
