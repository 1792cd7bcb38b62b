/**
 * The gateway's objects for Traefik. Everything below the base path goes to the router, which answers all of it, so that
 * refusals look the same whoever gives them; Traefik does what is nearest to the client.
 *
 * | our word         | Traefik's                                   |
 * |------------------|---------------------------------------------|
 * | host, base path  | the `match` of an IngressRoute's route      |
 * | CORS             | Middleware `headers`, `accessControl*`      |
 * | security headers | Middleware `headers`, custom ones           |
 * | flood guard      | Middleware `rateLimit`                      |
 * | TLS              | `tls` of the IngressRoute, TLSOption        |
 * | `via: 'edge'`    | IngressRoutes in two layers, ForwardAuth    |
 * | way to the router | ServersTransport, Middleware `retry`       |
 */
import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { renderCors } from './cors';
import { renderDirectRoutes } from './direct-routes';
import { renderFloodGuard } from './flood-guard';
import { renderRedirect, renderRoute } from './routes';
import { renderSecurityHeaders } from './security-headers';
import { renderTlsOption } from './tls';
import { traefikObject } from './traefik-objects';
import type { TraefikParts } from './traefik-parts';

/** The objects of Traefik's. */
export class TraefikEdge extends Construct {
  readonly securityHeaders: ApiObject;
  /** Absent without `cors`. */
  readonly cors?: ApiObject;
  /** Absent where it is turned off. */
  readonly floodGuard?: ApiObject;
  /** Absent where Traefik's own options do. */
  readonly tlsOption?: ApiObject;
  /** From clients to the router. */
  readonly ingressRoute: ApiObject;
  /** From plain HTTP to HTTPS; absent without TLS. */
  readonly redirect?: ApiObject;

  constructor(scope: Construct, id: string, parts: TraefikParts) {
    super(scope, id);
    const { names, gateway, traefik } = parts;
    this.securityHeaders = renderSecurityHeaders(this, names, gateway.securityHeaders);
    if (gateway.cors !== undefined) this.cors = renderCors(this, names, gateway.cors);
    if (traefik.floodGuard !== undefined) this.floodGuard = renderFloodGuard(this, names, traefik.floodGuard);
    if (traefik.tls?.minVersion === '1.3') this.tlsOption = renderTlsOption(this, names);
    const encoded = traefik.refuseEncodedCharacters === true ? renderEncoded(this, parts) : undefined;
    // What decorates answers stands before what can give them: refusals of the later ones carry the headers too.
    const all = [this.securityHeaders, this.cors, this.floodGuard, encoded];
    const front = { middlewares: all.filter((one) => one !== undefined), tlsOption: this.tlsOption };
    this.ingressRoute = renderRoute(this, parts, front);
    renderDirectRoutes(this, parts, front);
    if (traefik.tls !== undefined) this.redirect = renderRedirect(this, parts);
  }
}

/** Refuses every character that it knows of, by its own defaults. */
function renderEncoded(scope: Construct, { names }: TraefikParts): ApiObject {
  return traefikObject(scope, names, 'Middleware', 'encoded-characters', {
    encodedCharacters: { allowEncodedSlash: false },
  });
}
