/**
 * TLS between the edge and the router: the router's certificate, and whose certificates it takes, from a mounted Secret
 * (`tls.crt`, `tls.key`, `ca.crt`). Read at start and again when they change; whoever shows no good certificate is not let
 * in.
 */
import { X509Certificate } from 'node:crypto';
import { posix } from 'node:path';
import { createSecureContext, type Server } from 'node:tls';
import type { LogFields, LogLevel } from './log';
import { FileContentError, WatchedFile } from './watched-file';

/** Where the files are. */
export interface ServerTlsOptions {
  readonly directory: string;
  readonly log: (level: LogLevel, event: string, fields: LogFields) => void;
  /** How often the files are looked at. Default 5 s. Unit: milliseconds. */
  readonly pollMilliseconds?: number;
}

/** What a server is made with, and what changes while it runs. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
  readonly minVersion: 'TLSv1.2';
}

/** Files of one Secret change together, but are read one by one. */
const SETTLE_MILLISECONDS = 50;
/** Clients without a certificate do not fill the log. */
const REFUSAL_LINE_MILLISECONDS = 1_000;

/** The certificates of one router. */
export class ServerTls {
  private readonly files: readonly WatchedFile<string>[];
  private readonly servers = new Set<Server>();
  private settling: NodeJS.Timeout | undefined;
  private refusalLineAt = Number.NEGATIVE_INFINITY;

  /** @throws FileContentError when a file is missing, is no certificate, has expired or does not fit the others */
  constructor(private readonly options: ServerTlsOptions) {
    const { directory, log, pollMilliseconds } = options;
    const open = (name: string) =>
      new WatchedFile({
        file: posix.join(directory, name),
        parse: (text) => text,
        onRead: () => this.settle(),
        onFail: (cause) => log('warn', 'router_tls_failed', { cause: `${name}: ${cause}` }),
        ...(pollMilliseconds === undefined ? {} : { pollMilliseconds }),
      });
    this.files = ['tls.crt', 'tls.key', 'ca.crt'].map(open);
    try {
      assertUsable(this.material());
    } catch (error) {
      this.close();
      throw new FileContentError(`${directory}: ${causeOf(error)}`);
    }
  }

  /** As the files have it now. */
  material(): TlsMaterial {
    const [cert = '', key = '', ca = ''] = this.files.map((file) => file.value);
    return { cert, key, ca, minVersion: 'TLSv1.2' };
  }

  /** Gives a server new certificates from now on; connections that are open stay as they are. */
  keep(server: Server): void {
    this.servers.add(server);
    server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
      // A certificate that nobody vouches for is told at the socket, and looks like a client that has left.
      if (socket.authorizationError) this.tellRefusal(String(socket.authorizationError));
      else if (error.code !== 'ECONNRESET') this.tellRefusal(error.code);
    });
  }

  /** Looks at the files no more. */
  close(): void {
    clearTimeout(this.settling);
    for (const file of this.files) file.close();
  }

  private settle(): void {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.renew(), SETTLE_MILLISECONDS);
    this.settling.unref();
  }

  private renew(): void {
    const { log } = this.options;
    const material = this.material();
    try {
      assertUsable(material);
      for (const server of this.servers) server.setSecureContext(material);
      log('info', 'router_tls_read', {});
    } catch (error) {
      log('warn', 'router_tls_failed', { cause: causeOf(error) });
    }
  }

  private tellRefusal(cause: string | undefined): void {
    const now = performance.now();
    if (now - this.refusalLineAt < REFUSAL_LINE_MILLISECONDS) return;
    this.refusalLineAt = now;
    this.options.log('warn', 'router_tls_refused', { cause });
  }
}

/** @throws with a message that quotes nothing of the files */
function assertUsable({ cert, key, ca, minVersion }: TlsMaterial): void {
  const own = certificateOf('tls.crt', cert);
  certificateOf('ca.crt', ca);
  const now = Date.now();
  if (Date.parse(own.validTo) <= now) throw new FileContentError(`tls.crt has expired, on ${own.validTo}`);
  if (Date.parse(own.validFrom) > now)
    throw new FileContentError(`tls.crt is not valid before ${own.validFrom}`);
  try {
    createSecureContext({ cert, key, ca, minVersion });
  } catch {
    throw new FileContentError('tls.key is no key, or not that of tls.crt');
  }
}

function certificateOf(name: string, text: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch {
    throw new FileContentError(`${name} is not a certificate in PEM form`);
  }
}

function causeOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
