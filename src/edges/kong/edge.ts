/**
 * The gateway's objects for a Kong that is in the cluster already, under its ingress controller. What they say is in
 * `translation.ts`; the other shape of it, a file for a Kong of the gateway's own, is in `kong-yml.ts`.
 *
 * Settings of the whole Kong stay with whoever runs it: the headers `Via`, `Server` and `X-Kong-*` (`headers: off`), and
 * `untrusted_lua`, which must be `sandbox`, as it is by default.
 */
import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { contentHash, ROUTER_SERVICE_PORT } from '../../names';
import { renderBackend, renderConsumer, renderGroup } from './direct-objects';
import type { KongConfig, KongPlugin } from './kong-config';
import { kongPluginObject } from './kong-objects';
import type { KongParts } from './kong-parts';
import { renderEntry, serviceAnnotations } from './routes';
import { translate } from './translation';

/** The objects for Kong's ingress controller. */
export class KongEdge extends Construct {
  /** Those of routes, in the order in which Kong runs them, then those of plans. */
  readonly plugins: readonly ApiObject[];
  /** Ingress, or HTTPRoute where a Gateway is named: the router's, then one for each path that Kong decides about. */
  readonly entries: readonly ApiObject[];
  /** Tenants that Kong knows by itself. */
  readonly consumers: readonly ApiObject[];

  /** @param routerService gets annotations: Kong's timeouts and retries are read there */
  constructor(scope: Construct, id: string, parts: KongParts, routerService: Construct) {
    super(scope, id);
    const { names, gateway, controller, namespace } = parts;
    const host = namespace === undefined ? names.redis : `${names.redis}.${namespace}.svc`;
    const config = translate(names.base, gateway, controller, {
      router: { host: names.router, port: ROUTER_SERVICE_PORT },
      redis: host,
      // Consumers of all gateways, in whatever namespace, are in one Kong.
      usernameOf: (tenant) => `${namespace ?? ''}.${names.base}.${tenant}`,
    });
    const plugins = new Map<string, ApiObject>();
    this.entries = this.renderEntries(parts, config, plugins);
    const groups = new Map<string, string>();
    this.consumers = config.consumers.map((consumer) => {
      const [plan] = consumer.plugins;
      const name = plan && this.pluginName(parts, plan, `plan-${consumer.plan}`, plugins);
      const group = consumer.group?.name;
      if (group !== undefined && !groups.has(group)) groups.set(group, renderGroup(this, names, group));
      return renderConsumer(this, names, consumer, {
        ingressClass: controller.ingressClass,
        plan: name,
        group: group === undefined ? undefined : groups.get(group),
      });
    });
    this.plugins = [...plugins.values()];
    const { metadata } = ApiObject.of(routerService);
    for (const [key, value] of Object.entries(serviceAnnotations(config.router))) {
      metadata.addAnnotation(key, value);
    }
  }

  private renderEntries(
    parts: KongParts,
    { router, direct }: KongConfig,
    plugins: Map<string, ApiObject>,
  ): ApiObject[] {
    const services = [router, ...direct];
    const all = services.flatMap(({ route }) => route.plugins);
    const isSame = (plugin: KongPlugin) =>
      all.every(
        ({ purpose, config }) =>
          purpose !== plugin.purpose || JSON.stringify(config) === JSON.stringify(plugin.config),
      );
    return services.map((service) => {
      const names = service.route.plugins.map((plugin) => {
        const { purpose, config } = plugin;
        // One object for all routes, unless they differ in it.
        const name = isSame(plugin) ? purpose : `${purpose}-${contentHash(JSON.stringify(config))}`;
        return this.pluginName(parts, plugin, name, plugins);
      });
      const backend =
        service === router
          ? { name: parts.names.router, port: ROUTER_SERVICE_PORT }
          : renderBackend(this, parts.names, service);
      return renderEntry(this, parts, service, backend, names);
    });
  }

  private pluginName(
    { names }: KongParts,
    { name, config, redisPassword }: KongPlugin,
    part: string,
    plugins: Map<string, ApiObject>,
  ): string {
    const fields = {
      plugin: name,
      config,
      ...(redisPassword === undefined
        ? {}
        : { configPatches: [{ path: '/redis/password', valueFrom: { secretKeyRef: redisPassword } }] }),
    };
    const made = plugins.get(part) ?? kongPluginObject(this, names, part, fields);
    plugins.set(part, made);
    return made.name;
  }
}
