/** Opens connections to one backend: plain, or by TLS with its certificate checked and the router's own shown. */
import { connect, isIP, type OnReadOpts, type Socket } from 'node:net';
import { createSecureContext, type SecureContext, connect as secureConnect } from 'node:tls';
import type { BackendModel, BackendTlsModel, SecretKeyModel } from '../../model/gateway-model';
import { needed, type SecretFile, type SecretFiles } from '../secret-files';

const KEEP_ALIVE_MILLISECONDS = 15_000;

/** What a connection is read into, all of them in turn: Node alone takes 64 KiB anew for every read. */
const READ_INTO = Buffer.allocUnsafeSlow(65_536);

/** Opens connections. */
export interface Connector {
  /** The event of a socket that says that it stands; what is written before waits. */
  readonly standsWith: 'connect' | 'secureConnect';
  /** @param onBytes gets what arrives, in place of the socket's `data` events */
  open(onBytes?: (bytes: Buffer) => void): Socket;
}

/** What is handed on is a copy: it is kept, and the next read comes to the same place. */
function readingTo(onBytes: ((bytes: Buffer) => void) | undefined): { readonly onread?: OnReadOpts } {
  if (onBytes === undefined) return {};
  return {
    onread: {
      buffer: READ_INTO,
      callback(length) {
        onBytes(Buffer.from(READ_INTO.subarray(0, length)));
        return true;
      },
    },
  };
}

/**
 * @throws FileContentError where a Secret cannot be read
 * @throws when a certificate or key cannot be used
 */
export function connectorOf(backend: BackendModel, secrets: SecretFiles | undefined): Connector {
  return backend.tls === undefined
    ? new PlainConnector(backend)
    : new TlsConnector(backend, backend.tls, secrets);
}

class PlainConnector implements Connector {
  readonly standsWith = 'connect';

  constructor(private readonly backend: BackendModel) {}

  open(onBytes?: (bytes: Buffer) => void): Socket {
    const { host, port } = this.backend;
    return connect({
      ...readingTo(onBytes),
      host,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MILLISECONDS,
    });
  }
}

/** Certificates and keys, as they were when a context was made of them. */
interface Material {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

class TlsConnector implements Connector {
  readonly standsWith = 'secureConnect';
  private readonly files: Readonly<Record<keyof Material, SecretFile | undefined>>;
  private material: Material;
  private context: SecureContext;
  /** Of the last connection, so that the next one needs no whole handshake. */
  private session: Buffer | undefined;

  constructor(
    private readonly backend: BackendModel,
    private readonly tls: BackendTlsModel,
    secrets: SecretFiles | undefined,
  ) {
    const { caSecret, clientSecretName: name } = tls;
    // Without its authority a backend would be trusted by another one.
    const open = (secret: SecretKeyModel) => needed(secrets).open(secret);
    this.files = {
      ca: caSecret === undefined ? undefined : open(caSecret),
      cert: name === undefined ? undefined : open({ name, key: 'tls.crt' }),
      key: name === undefined ? undefined : open({ name, key: 'tls.key' }),
    };
    this.material = this.read();
    this.context = contextOf(this.material);
  }

  open(onBytes?: (bytes: Buffer) => void): Socket {
    this.renew();
    const { host, port } = this.backend;
    const { serverName } = this.tls;
    const socket = secureConnect({
      ...readingTo(onBytes),
      host,
      port,
      // An address is no name for SNI (RFC 6066 section 3); the certificate is checked against it all the same.
      ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
      secureContext: this.context,
      rejectUnauthorized: true,
      ALPNProtocols: ['http/1.1'],
      ...(this.session === undefined ? {} : { session: this.session }),
    });
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MILLISECONDS);
    socket.on('session', (session: Buffer) => {
      this.session = session;
    });
    return socket;
  }

  /** New files make a new context. Half of a pair that is being changed cannot be used, and waits for the other. */
  private renew(): void {
    const { ca, cert, key } = this.files;
    const { material } = this;
    if (material.ca === ca?.value && material.cert === cert?.value && material.key === key?.value) return;
    const renewed = this.read();
    try {
      this.context = contextOf(renewed);
      this.material = renewed;
      this.session = undefined;
    } catch {
      // The old one still is what the backend knows.
    }
  }

  private read(): Material {
    const { ca, cert, key } = this.files;
    return { ca: ca?.value, cert: cert?.value, key: key?.value };
  }
}

function contextOf({ ca, cert, key }: Material): SecureContext {
  return createSecureContext({
    minVersion: 'TLSv1.2',
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  });
}
