/**
 * The gateway's objects for a Kong that is in the cluster already, under its ingress controller. What they say is in
 * `translation.ts`; the other shape of it, a file for a Kong of the gateway's own, is in `kong-yml.ts`.
 *
 * Settings of the whole Kong stay with whoever runs it: the headers `Via`, `Server` and `X-Kong-*` (`headers: off`), and
 * `untrusted_lua`, which must be `sandbox`, as it is by default.
 */
import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { ROUTER_SERVICE_PORT } from '../../names';
import type { KongService } from './kong-config';
import { kongPluginObject } from './kong-objects';
import type { KongParts } from './kong-parts';
import { renderEntry, serviceAnnotations } from './routes';
import { translate } from './translation';

/** The objects for Kong's ingress controller. */
export class KongEdge extends Construct {
  /** In the order in which Kong runs them. */
  readonly plugins: readonly ApiObject[];
  /** Ingress, or HTTPRoute where a Gateway is named. */
  readonly entry: ApiObject;

  /** @param routerService gets annotations: Kong's timeouts and retries are read there */
  constructor(scope: Construct, id: string, parts: KongParts, routerService: Construct) {
    super(scope, id);
    const { names, gateway, controller } = parts;
    const address = { host: names.router, port: ROUTER_SERVICE_PORT };
    const places = { router: address, redis: names.redis };
    const { router: service } = translate(names.base, gateway, controller, places);
    this.plugins = this.renderPlugins(parts, service);
    this.entry = renderEntry(
      this,
      parts,
      service,
      this.plugins.map(({ name }) => name),
    );
    const { metadata } = ApiObject.of(routerService);
    for (const [key, value] of Object.entries(serviceAnnotations(service)))
      metadata.addAnnotation(key, value);
  }

  private renderPlugins({ names }: KongParts, service: KongService): ApiObject[] {
    return service.route.plugins.map(({ purpose, name, config }) =>
      kongPluginObject(this, names, purpose, { plugin: name, config }),
    );
  }
}
