import { renderKongFile } from 'cdk8s-agent-gateway';
import { platform } from '../quickstart/platform';

const props = { ...platform, name: 'agents', edge: { kong: { dbless: {} } }, tls: { secretName: 'api-tls' } };

/** Where Kong finds the router, as seen from its machine. */
const router = { host: 'router.internal.example.com', port: 8080 };

export const kongFile = renderKongFile(props, router);
if (require.main === module) process.stdout.write(kongFile);
