/**
 * Synthesises the platform, prints what came out, then runs its router from the YAML and shows it at work.
 * `npm run quickstart`. Ends by itself.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { agent, createIssuer, serve } from './demo-services';
import { type Manifest, runPod } from './kubelet';
import { gateway } from './main';
import { exchange, heading, show } from './show';

async function main(): Promise<void> {
  const objects = readManifests(join(__dirname, 'dist'));
  heading('Objects in examples/quickstart/dist');
  for (const { kind, metadata } of objects) console.log(`  ${kind.padEnd(24)}${metadata.name}`);
  heading('Routes');
  for (const row of gateway.routes) {
    console.log(`  ${row.path.padEnd(24)}${(row.model ?? '').padEnd(14)}-> ${row.backend}`);
  }

  const { issuer, audience } = gateway.model.identity.issuers[0] ?? { issuer: '', audience: '' };
  const identity = await createIssuer(issuer, audience);
  const listeners = { 'identity.identity.svc:8080': identity.jwks, ...agents() };
  const servers = await Promise.all(
    Object.entries(listeners).map(async ([name, listener]) => ({ name, ...(await serve(listener)) })),
  );
  const key = `demo-${randomBytes(24).toString('base64url')}`;
  const digest = createHash('sha256').update(key).digest('hex');
  const overrides = {
    STORE_URL: 'memory:',
    PORT: '0',
    ADMIN_PORT: '0',
    BIND_ADDRESS: '127.0.0.1',
    // No edge has to learn that the router goes.
    DRAIN_SECONDS: '0',
  };

  heading('The router, started from the Deployment, ConfigMaps and Secret above');
  console.log(`  not as in the manifest: ${JSON.stringify(overrides)}`);
  const pod = await runPod({
    objects,
    secrets: {
      'agent-api-keys': { 'keys.json': JSON.stringify({ [digest]: { subject: 'ci-bot', tenant: 'acme' } }) },
    },
    overrides,
    services: Object.fromEntries(servers.map(({ name, port }) => [name, port])),
  });
  await showRequests(pod.port, await identity.token('ada', { org_id: 'globex' }), key);

  const code = await pod.stop();
  heading('One line of its log');
  console.log(`  ${pod.lines.find((line) => line.includes('"limit_exceeded"'))}`);
  console.log(`\nThe router ended with exit code ${code}.`);
  for (const { server } of servers) server.close();
}

async function showRequests(port: number, token: string, key: string): Promise<void> {
  const authorization = `Bearer ${token}`;
  const ask = { port, method: 'POST', path: '/api/agents/chat' };
  await show('Refused: no credential', { ...ask, body: { model: 'gpt-4' } });
  await show('Allowed: a token, the default version', {
    port,
    method: 'GET',
    path: '/api/tools',
    headers: { authorization },
  });
  await show('Routed by the model in the body', {
    ...ask,
    headers: { authorization },
    body: { messages: [], model: 'claude-3-opus' },
  });
  await show('Routed by API key to the version that the tenant is pinned to', {
    ...ask,
    headers: { 'x-api-key': key },
    body: { model: 'gpt-4' },
  });
  await show('Streamed: each event as it is sent', {
    ...ask,
    headers: { authorization },
    body: { model: 'gpt-4', stream: true },
  });
  // The plan "free" has ten requests a minute, and three are spent.
  for (let i = 3; i < 10; i++) await exchange({ ...ask, headers: { authorization }, body: {} });
  await show('Refused: the eleventh request within a minute', {
    ...ask,
    headers: { authorization },
    body: {},
  });
}

function agents() {
  const backends = [...new Set(gateway.routes.map((row) => row.backend))];
  return Object.fromEntries(backends.map((backend) => [backend, agent(backend)]));
}

function readManifests(directory: string): Manifest[] {
  const files = readdirSync(directory).filter((name) => name.endsWith('.yaml'));
  return files.flatMap((name) =>
    parseAllDocuments(readFileSync(join(directory, name), 'utf8')).map((document) => document.toJS()),
  );
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
