/** The router as one thing that starts and stops: the listener for requests, the one for operators, and the drain. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { GatewayModel } from '../model/gateway-model';
import { logExchange, logUnread } from './access-log';
import { createAdmin } from './admin';
import { BodyMemory, bodyBytesMost } from './body-memory';
import { compileGateway } from './compiled-gateway';
import { EdgeDecisions } from './edge-decisions';
import type { ServiceTokens } from './identity/service-tokens';
import type { Verifier } from './identity/verifier';
import type { LimitStore } from './limits/store';
import { Listener } from './listener';
import type { Log } from './log';
import type { PipelineParts } from './pipeline';
import type { ExchangeWatcher } from './reception';
import { RouterMetrics } from './router-metrics';
import type { SecretFiles } from './secret-files';
import type { ServerTls } from './server-tls';
import { closeServer, listen } from './serving';
import type { TracingSettings } from './settings';
import { openTracer } from './tracing/open-tracer';
import type { Tracer } from './tracing/tracer';

/** All that a router is made of. */
export interface RouterOptions {
  readonly model: GatewayModel;
  readonly verifier: Verifier;
  readonly store: LimitStore;
  /** Absent when the router signs nothing. */
  readonly serviceTokens?: ServiceTokens;
  /** Absent when no spans are sent. */
  readonly tracing?: TracingSettings;
  readonly log: Log;
  /** 0 = any free port. */
  readonly port: number;
  readonly adminPort: number;
  /** Absent where no edge asks. */
  readonly decisionPort?: number;
  /** Certificates, where the edge speaks TLS. Closed with the router. */
  readonly tls?: ServerTls;
  readonly bindAddress: string;
  /** Absent where no backend needs one. Closed with the router. */
  readonly secrets?: SecretFiles;
  /** When a connection to a backend takes no more requests; default one minute. Unit: milliseconds. */
  readonly connectionMillisecondsMost?: number;
  /** Bytes of bodies that may be in memory at once; default a quarter of what there is. */
  readonly bodyBytesMost?: number;
  /** Whether callers can be verified, or waiting for that was given up. */
  identityReady(): boolean;
  jwksAgeSeconds(): number | undefined;
}

/** A router that runs. */
export interface Router {
  readonly port: number;
  readonly adminPort: number;
  /** Absent where no edge asks. */
  readonly decisionPort?: number;
  /**
   * Stops: readiness fails at once, new requests are served for `drainSeconds` more, and what runs then has until
   * `graceSeconds` after the call. Closes the store too. May be called twice.
   */
  stop(drainSeconds: number, graceSeconds: number): Promise<void>;
}

/** @throws when a port cannot be had, or a Secret of a backend not be used */
export async function startRouter(options: RouterOptions): Promise<Router> {
  const { store, log, secrets, connectionMillisecondsMost: age } = options;
  const bodies = new BodyMemory(options.bodyBytesMost ?? bodyBytesMost());
  const lifetime = { draining: false, bodies };
  const metrics: RouterMetrics = new RouterMetrics({
    store,
    jwksAgeSeconds: options.jwksAgeSeconds,
    breakerStates: () => listener.breakerStates(),
    bodyBytes: () => bodies.bytes,
  });
  const { verifier, serviceTokens } = options;
  const parts: PipelineParts = {
    gateway: compileGateway(options.model, secrets),
    verifier,
    store,
    ...(serviceTokens === undefined ? {} : { serviceTokens }),
    onTokens: (exchange, count) => metrics.observeTokens(exchange, count),
  };
  const tracer = openTracer(options.tracing, { model: options.model, metrics, log });
  const reception = {
    gateway: parts.gateway,
    lifetime,
    watcher: watcherOf(metrics, tracer, log),
    ...(options.tls === undefined ? {} : { tls: options.tls }),
  };
  const pools = {
    ...(secrets === undefined ? {} : { secrets }),
    ...(age === undefined ? {} : { ageMillisecondsMost: age }),
  };
  const listener: Listener = new Listener(parts, reception, pools);
  const admin = createAdmin({
    metrics: () => metrics.render(),
    missing: () => [
      ...(lifetime.draining ? ['draining'] : []),
      ...(store.state() === 'unknown' ? ['store'] : []),
      ...(options.identityReady() ? [] : ['identity']),
    ],
  });

  const port = await listen(listener.clients.server, options.port, options.bindAddress);
  const adminPort = await listen(admin, options.adminPort, options.bindAddress);
  const decisions = options.decisionPort === undefined ? undefined : new EdgeDecisions(parts, reception);
  const decisionPort = await decisionPortOf(decisions, options);

  let stopping: Promise<void> | undefined;
  const stop = async (drainSeconds: number, graceSeconds: number) => {
    lifetime.draining = true;
    const endsAt = performance.now() + graceSeconds * 1000;
    await sleep(drainSeconds * 1000);
    await Promise.all([
      closeServer(listener.clients, endsAt),
      ...(decisions === undefined ? [] : [closeServer(decisions.clients, endsAt)]),
    ]);
    listener.destroyBackends();
    secrets?.close();
    options.tls?.close();
    await tracer?.close();
    admin.close();
    admin.closeAllConnections();
    await store.close();
  };
  return {
    port,
    adminPort,
    ...decisionPort,
    stop: (drainSeconds, graceSeconds) => (stopping ??= stop(drainSeconds, graceSeconds)),
  };
}

async function decisionPortOf(
  decisions: EdgeDecisions | undefined,
  { decisionPort, bindAddress }: RouterOptions,
): Promise<{ readonly decisionPort?: number }> {
  if (decisions === undefined || decisionPort === undefined) return {};
  return { decisionPort: await listen(decisions.clients.server, decisionPort, bindAddress) };
}

function watcherOf(metrics: RouterMetrics, tracer: Tracer | undefined, log: Log): ExchangeWatcher {
  return {
    begin(exchange) {
      metrics.inFlight++;
      tracer?.begin(exchange);
    },
    end(exchange) {
      metrics.observe(exchange);
      tracer?.end(exchange);
      logExchange(log, exchange);
    },
    unread(request) {
      metrics.observeUnread(request);
      logUnread(log, request);
    },
  };
}
