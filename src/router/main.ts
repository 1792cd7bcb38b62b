/** The program: reads its settings and the gateway document, starts the router, and stops it on a signal. */
import { writeSync } from 'node:fs';
import type { GatewayModel } from '../model/gateway-model';
import { readDocument } from './document';
import { ServiceTokens } from './identity/service-tokens';
import type { IdentityLog } from './identity/verifier';
import { createVerifier } from './identity/verify-caller';
import { openStore } from './limits/open-store';
import { createLog, type Log, type LogFields, type LogLevel } from './log';
import { type Router, startRouter } from './router';
import { SecretFiles } from './secret-files';
import { ServerTls } from './server-tls';
import { type RouterSettings, readSettings } from './settings';
import { tuneV8 } from './tune-v8';
import { FileContentError } from './watched-file';

tuneV8();

const STDOUT = 1;
/** A reader of the log that does not keep up is given so many chances of a millisecond, then lines are lost. */
const WRITE_TRIES_MOST = 100;

const log = createLog(writeOut);

/** Writes whole lines at once: what is written is not lost when the process ends. */
function writeOut(lines: string): void {
  const bytes = Buffer.from(lines);
  let written = 0;
  for (let tries = 0; written < bytes.length && tries < WRITE_TRIES_MOST; ) {
    try {
      written += writeSync(STDOUT, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      tries++;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

async function start(): Promise<void> {
  const settings = readSettings(process.env);
  const model = readDocument(settings.documentPath);
  const event = eventsTo(log);
  const { storePassword: password, storeCa: ca, storeSentinelMaster: sentinelMaster, apiKeysFile } = settings;
  const { backendSecretsDirectory: directory, tlsDirectory } = settings;
  const verifier = createVerifier(model.identity, {
    log: event,
    ...(apiKeysFile === undefined ? {} : { apiKeysFile }),
  });
  const serviceTokens = openServiceTokens(model, settings, event);
  const store = openStore({
    url: settings.storeUrl,
    replicasMax: model.replicasMax,
    cluster: settings.storeCluster,
    ...(sentinelMaster === undefined ? {} : { sentinelMaster }),
    log: event,
    ...(password === undefined ? {} : { password }),
    ...(ca === undefined ? {} : { ca }),
  });
  const router = await startRouter({
    model,
    verifier,
    store,
    ...(serviceTokens === undefined ? {} : { serviceTokens }),
    ...(settings.tracing === undefined ? {} : { tracing: settings.tracing }),
    log,
    ...(directory === undefined ? {} : { secrets: new SecretFiles({ directory, log: event }) }),
    port: settings.port,
    adminPort: settings.adminPort,
    ...(settings.decisionPort === undefined ? {} : { decisionPort: settings.decisionPort }),
    ...(tlsDirectory === undefined ? {} : { tls: new ServerTls({ directory: tlsDirectory, log: event }) }),
    bindAddress: settings.bindAddress,
    identityReady: () => verifier.ready(),
    jwksAgeSeconds: () => verifier.jwksAgeSeconds(),
  });
  stopOnSignals(router, settings, () => {
    verifier.close();
    serviceTokens?.close();
  });
  // The clock of `performance` begins with the process.
  const startMilliseconds = Math.round(performance.now());
  const { port, adminPort, decisionPort } = router;
  event('info', 'started', { port, adminPort, decisionPort, startMilliseconds });
  log.flush();
}

/** @throws when the gateway has service tokens and there is no key to sign them with */
function openServiceTokens(
  { identity }: GatewayModel,
  { signingKeysFile: file }: RouterSettings,
  event: IdentityLog,
): ServiceTokens | undefined {
  if (identity.serviceTokens === undefined) return undefined;
  if (file === undefined)
    throw new FileContentError('service tokens are signed and no file of keys is named');
  return new ServiceTokens({ issuer: identity.serviceTokens.issuer, file, log: event });
}

function eventsTo(target: Log) {
  return (level: LogLevel, event: string, fields: LogFields) => target.write(level, { event, ...fields });
}

/** The first signal drains, the second one ends at once. */
function stopOnSignals(router: Router, settings: RouterSettings, close: () => void): void {
  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) end(1);
    stopping = true;
    log.write('info', { event: 'stopping', signal });
    log.flush();
    router
      .stop(settings.drainSeconds, settings.graceSeconds)
      .then(() => {
        close();
        log.write('info', { event: 'stopped' });
        end(0);
      })
      .catch((error: unknown) => fail('stop_failed', error));
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
}

function end(code: number): never {
  log.flush();
  process.exit(code);
}

function fail(event: string, error: unknown): never {
  log.write('error', { event, message: error instanceof Error ? error.message : String(error) });
  end(1);
}

/** A fault outside every request's own care costs a line of the log, not the streams of everybody else. */
function outlive(error: unknown): void {
  log.write('error', { event: 'uncaught', cause: error instanceof Error ? error.stack : String(error) });
}

process.on('uncaughtException', outlive);
process.on('unhandledRejection', outlive);
start().catch((error: unknown) => fail('start_failed', error));
