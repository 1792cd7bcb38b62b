/**
 * The platform of the suite on this machine, for a Kong that is started beside it: backends, issuer, Redis and a router run,
 * and a folder has the files for Kong and for the run:
 *
 *     tsx test/conformance/platform/beside-kong.ts .tmp/kong 8443
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type AgentGatewayProps, renderKongFile } from 'cdk8s-agent-gateway';
import { exportJWK } from 'jose';
import { createCertificate } from '../../support/certificate';
import type { KubernetesObject } from '../../support/synthesise';
import { kongFeatures } from '../features';
import { startLocalPlatform } from '../targets/local-platform';
import type { Deployment } from '../targets/url-target';
import { BASE_PATH, HOST, platformWith } from './platform';

/** What runs until it is stopped. */
export interface BesideKong {
  readonly routerPort: number;
  stop(): Promise<void>;
}

/**
 * @param folder gets `kong.yml`, `kong.env`, the certificate and `conformance.json`
 * @param port where Kong is to listen, on the loopback
 */
export async function startBesideKong(folder: string, port: number): Promise<BesideKong> {
  const props = platformWith({ kong: { dbless: {} } });
  const platform = await startLocalPlatform(props, 'redis');
  const router = await platform.startRouter();
  const at = (name: string) => join(resolve(folder), name);
  const { certificate, key } = createCertificate(HOST);
  mkdirSync(folder, { recursive: true });
  writeFileSync(at('kong.pem'), certificate);
  writeFileSync(at('kong.key'), key, { mode: 0o600 });
  writeFileSync(at('kong.yml'), renderKongFile(props, { host: '127.0.0.1', port: router.port }));
  writeFileSync(at('kong.env'), settingsText(platform.objects, props, at, port));
  const signingKey = platform.issuer.key;
  const deployment: Deployment = {
    features: kongFeatures('dbless'),
    address: { host: '127.0.0.1', port },
    certificate: 'kong.pem',
    signingKey: { ...(await exportJWK(signingKey.privateKey)), kid: signingKey.publicJwk.kid },
    apiKeys: platform.apiKeys,
  };
  writeFileSync(at('conformance.json'), `${JSON.stringify(deployment, undefined, 2)}\n`, { mode: 0o600 });
  const stop = async () => {
    await router.stop();
    await platform.stop();
  };
  return { routerPort: router.port, stop };
}

interface DeploymentObject {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly [{ readonly env: readonly { name: string; value: string }[] }];
      };
    };
  };
}

/** The settings of the Deployment's Kong, but for what is of this machine. */
function settingsText(
  objects: readonly KubernetesObject[],
  { name }: AgentGatewayProps,
  at: (name: string) => string,
  port: number,
): string {
  const [deployment] = objects.filter(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.name === `${name}-kong`,
  ) as unknown as [DeploymentObject];
  const own = {
    KONG_PREFIX: at('prefix'),
    KONG_DECLARATIVE_CONFIG: at('kong.yml'),
    KONG_SSL_CERT: at('kong.pem'),
    KONG_SSL_CERT_KEY: at('kong.key'),
    KONG_PROXY_LISTEN: `127.0.0.1:${port} http2 ssl`,
    KONG_PORT_MAPS: `443:${port}`,
    KONG_STATUS_LISTEN: 'off',
    KONG_PROXY_ERROR_LOG: 'logs/error.log',
    KONG_STATUS_ERROR_LOG: 'logs/error.log',
  };
  const all = deployment.spec.template.spec.containers[0].env.map(({ name, value }): [string, string] => [
    name,
    value,
  ]);
  const lines = Object.entries({ ...Object.fromEntries(all), ...own });
  return lines.map(([setting, value]) => `export ${setting}='${value}'\n`).join('');
}

async function main([folder = '', port = '']: readonly string[]): Promise<void> {
  if (folder === '' || port === '') throw new Error('usage: beside-kong.ts FOLDER PORT');
  const { stop } = await startBesideKong(folder, Number(port));
  process.stdout.write(`Start Kong, in another terminal: (. ${folder}/kong.env && kong start)
Then: CONFORMANCE=write CONFORMANCE_URL=https://${HOST}${BASE_PATH} CONFORMANCE_FILE=${folder}/conformance.json CONFORMANCE_PAGE=kong npx jest test/conformance/url
This ends with Ctrl-C; Kong, with: (. ${folder}/kong.env && kong stop)
`);
  process.once('SIGINT', () => void stop());
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  });
}
