/** The router in this process, on free ports, in front of real backends, with the memory store. */
import type { GatewayModel, ServiceModel } from '../../src/model/gateway-model';
import type { ServiceTokens } from '../../src/router/identity/service-tokens';
import type { Verifier } from '../../src/router/identity/verifier';
import type { LimitStore, TakeRequest, TakeResult, TokenCharge } from '../../src/router/limits/store';
import { createLog } from '../../src/router/log';
import { type Router, startRouter } from '../../src/router/router';
import type { SecretFiles } from '../../src/router/secret-files';
import type { ServerTls } from '../../src/router/server-tls';
import type { TracingSettings } from '../../src/router/settings';

export interface RouterUnderTest {
  readonly port: number;
  readonly adminPort: number;
  /** 0 unless `decisions` is asked for. */
  readonly decisionPort: number;
  readonly url: string;
  readonly router: Router;
  readonly store: CountingStore;
  /** Lines of the log so far. */
  log(): readonly Record<string, unknown>[];
  close(): Promise<void>;
}

export interface RouterUnderTestOptions {
  /** Laid over the model that `modelOf` gives. */
  readonly model?: Partial<GatewayModel>;
  /** Laid over its one service, `agents` at `/agents`. */
  readonly service?: Partial<ServiceModel>;
  readonly verifier?: Verifier;
  readonly serviceTokens?: ServiceTokens;
  readonly store?: CountingStore;
  /** Counts in place of `store`. */
  readonly limits?: LimitStore;
  readonly identityReady?: () => boolean;
  readonly secrets?: SecretFiles;
  readonly connectionMillisecondsMost?: number;
  readonly tracing?: TracingSettings;
  /** Whether an edge may ask. */
  readonly decisions?: boolean;
  readonly tls?: ServerTls;
  readonly bodyBytesMost?: number;
}

/** A gateway with one service in version `v1`, whose backend listens at a port of the loopback. */
export function modelOf(backendPort: number, options: RouterUnderTestOptions = {}): GatewayModel {
  const target = { backend: 'agent', models: [] };
  return {
    format: 1,
    hosts: ['api.example.com'],
    basePath: '',
    identity: { issuers: [], apiKeys: true, requiredClaims: [] },
    plans: { free: { windows: [], onStoreOutage: 'local' } },
    defaultPlan: 'free',
    tenants: {},
    versions: { v1: { weightPercent: 0 } },
    defaultVersion: 'v1',
    services: {
      agents: {
        path: '/agents',
        bodyLimitBytes: 10_485_760,
        timeouts: { connectSeconds: 5, firstByteSeconds: 20, idleSeconds: 20 },
        versions: { v1: { target, variants: [] } },
        ...options.service,
      },
    },
    backends: { agent: { host: '127.0.0.1', port: backendPort } },
    securityHeaders: { 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' },
    edgeDuties: [],
    replicasMax: 1,
    ...options.model,
  };
}

/** Starts the router; callers are verified by `tokenVerifier` unless told otherwise. */
export async function startTestRouter(
  backendPort: number,
  options: RouterUnderTestOptions = {},
): Promise<RouterUnderTest> {
  const lines: Record<string, unknown>[] = [];
  const log = createLog((text) => {
    for (const line of text.trimEnd().split('\n')) lines.push(JSON.parse(line) as Record<string, unknown>);
  });
  const store = options.store ?? new CountingStore();
  const router = await startRouter({
    model: modelOf(backendPort, options),
    verifier: options.verifier ?? tokenVerifier,
    ...(options.serviceTokens === undefined ? {} : { serviceTokens: options.serviceTokens }),
    ...(options.tracing === undefined ? {} : { tracing: options.tracing }),
    store: options.limits ?? store,
    log,
    ...(options.secrets === undefined ? {} : { secrets: options.secrets }),
    ...(options.connectionMillisecondsMost === undefined
      ? {}
      : { connectionMillisecondsMost: options.connectionMillisecondsMost }),
    ...(options.bodyBytesMost === undefined ? {} : { bodyBytesMost: options.bodyBytesMost }),
    port: 0,
    adminPort: 0,
    ...(options.decisions === true ? { decisionPort: 0 } : {}),
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    bindAddress: '127.0.0.1',
    identityReady: options.identityReady ?? (() => true),
    jwksAgeSeconds: () => undefined,
  });
  return {
    port: router.port,
    adminPort: router.adminPort,
    decisionPort: router.decisionPort ?? 0,
    url: `http://127.0.0.1:${router.port}`,
    router,
    store,
    log: () => {
      log.flush();
      return lines;
    },
    close: () => router.stop(0, 0),
  };
}

/** What `tokenVerifier` takes for Ada of Acme. */
export const TOKEN = 'Bearer good';

/**
 * Takes `Bearer good` for Ada of Acme, `Bearer good-<name>` for somebody else, and the key `k-good` for a caller with
 * an API key; everything else is invalid. Answers at once for keys and later for tokens, as the real one may.
 */
export const tokenVerifier: Verifier = {
  verify: ({ authorization, apiKey }) => {
    if (apiKey === 'k-good' || authorization === 'Bearer k-good') {
      return { kind: 'caller', caller: { subject: 'robot', limitKey: 'robot', via: 'api-key' } };
    }
    if (authorization === undefined && apiKey === undefined) return { kind: 'missing' };
    const name = /^Bearer good(?:-(.+))?$/.exec(authorization ?? '');
    if (name === null) return Promise.resolve({ kind: 'invalid', reason: 'not good' });
    const subject = name[1] ?? 'ada';
    const caller = { subject, tenant: 'acme', limitKey: subject, via: 'jwt' } as const;
    return Promise.resolve({ kind: 'caller', caller });
  },
};

/** Admits everything that a test does not forbid, and counts leases. */
export class CountingStore implements LimitStore {
  taken = 0;
  held = 0;
  releases = 0;
  /** What the next requests get besides a lease. */
  result: Omit<TakeResult, 'lease'> = { windows: [], degraded: false };

  take(_request: TakeRequest): Promise<TakeResult> {
    if (this.result.refusedBy !== undefined) return Promise.resolve(this.result);
    this.taken++;
    this.held++;
    let released = false;
    const release = () => {
      this.releases++;
      if (!released) this.held--;
      released = true;
    };
    return Promise.resolve({ ...this.result, lease: { release } });
  }

  /** Tokens that were charged, one number for each answer. */
  readonly charges: number[] = [];

  charge({ tokens }: TokenCharge): void {
    this.charges.push(tokens);
  }

  state(): 'ok' {
    return 'ok';
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
