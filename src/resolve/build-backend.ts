/** Backends → where they are and how the router speaks to them, each under one id. */
import type { BackendCredentialModel, BackendModel, BackendTlsModel } from '../model/gateway-model';
import { foldedHeaderName } from '../model/protected-headers';
import type { BackendCredentialProps, BackendTlsProps, FallbackProps } from '../props/backend-props';
import { splitBackendUrl } from './syntax';

/** Backends met so far. One that says the same is one backend, however often it is written. */
export class Backends {
  private readonly byId = new Map<string, BackendModel>();

  /**
   * The id of a backend: `agent-service:8000`, `agent-service.agents.svc:8000/v1`. Of several at one address that differ
   * in what else is said, the later ones have a number: `api.openai.com:443/v1#2`.
   */
  add(props: FallbackProps): string {
    const model = buildBackend(props);
    const address = `${model.host}:${model.port}${props.url === undefined ? (props.path ?? '') : model.path}`;
    const text = JSON.stringify(model);
    let id = address;
    for (let number = 2; ; number++) {
      const known = this.byId.get(id);
      if (known === undefined || JSON.stringify(known) === text) break;
      id = `${address}#${number}`;
    }
    this.byId.set(id, model);
    return id;
  }

  sorted(): Record<string, BackendModel> {
    return Object.fromEntries([...this.byId].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** A name without dots is found in the pod's own namespace first (Kubernetes docs, "DNS for Services and Pods"). */
export function backendHost({ service = '', namespace }: FallbackProps): string {
  return namespace === undefined ? service : `${service}.${namespace}.svc`;
}

function buildBackend(props: FallbackProps): BackendModel {
  const { url, trusted, tls, headers, credential } = props;
  const address = url === undefined ? serviceAddress(props) : splitBackendUrl(url);
  const secured = tls ?? (url === undefined ? undefined : {});
  return {
    ...address,
    ...(secured === undefined ? {} : { tls: buildTls(secured, address.host) }),
    ...(headers === undefined && credential === undefined
      ? {}
      : { requestHeaders: buildHeaders(headers ?? {}, credential) }),
    ...(credential === undefined ? {} : { credential: buildCredential(credential) }),
    ...(url === undefined || trusted === true ? {} : { stranger: true }),
  };
}

function serviceAddress(props: FallbackProps): { host: string; port: number; path?: string } {
  const path = props.path === undefined ? {} : { path: props.path === '/' ? '' : props.path };
  // A Service without a port has been reported.
  return { host: backendHost(props), port: props.port ?? 0, ...path };
}

function buildTls(
  { caSecret, clientSecretName, serverName }: BackendTlsProps,
  host: string,
): BackendTlsModel {
  return {
    serverName: serverName?.toLowerCase() ?? host,
    ...(caSecret === undefined ? {} : { caSecret: { ...caSecret } }),
    ...(clientSecretName === undefined ? {} : { clientSecretName }),
  };
}

/** Whatever a client sends where the backend's key belongs is dropped. */
function buildHeaders(
  headers: Readonly<Record<string, string>>,
  credential: BackendCredentialProps | undefined,
) {
  const put = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const shown = credential === undefined ? [] : [credentialHeader(credential)];
  return {
    drop: [...Object.keys(headers), ...shown].map(foldedHeaderName).sort(),
    put: put.sort(([a], [b]) => (a < b ? -1 : 1)).flat(),
  };
}

function buildCredential(credential: BackendCredentialProps): BackendCredentialModel {
  const header = credentialHeader(credential);
  const scheme = credential.scheme ?? (header === 'authorization' ? 'Bearer' : '');
  return { header, prefix: scheme === '' ? '' : `${scheme} `, secret: { ...credential.secret } };
}

function credentialHeader({ header = 'Authorization' }: BackendCredentialProps): string {
  return header.toLowerCase();
}

/** Names of the Secrets that backends need, sorted. */
export function secretsOfBackends(backends: Readonly<Record<string, BackendModel>>): readonly string[] {
  const names = Object.values(backends).flatMap(({ tls, credential }) => [
    tls?.caSecret?.name,
    tls?.clientSecretName,
    credential?.secret.name,
  ]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}
