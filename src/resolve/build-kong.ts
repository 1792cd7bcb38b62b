/** Props of Kong → what its objects are made from. */
import { DEFAULTS } from '../model/defaults';
import type { KongControllerModel, KongDblessModel, KongModel, TlsModel } from '../model/deployment-model';
import type { AgentGatewayProps } from '../props/gateway-props';
import type { KongControllerProps, KongDblessProps, KongProps } from '../props/kong-props';
import { buildKongDirect } from './build-kong-direct';
import { buildFloodGuard } from './flood-guard';
import { replicaBounds } from './replica-bounds';

/**
 * Kong's pods stop after the routers: a stream ends at the router first. Beyond the router's grace period.
 * Unit: seconds.
 */
const LONGER_GRACE_SECONDS = 10;

/** @param tls as it is for every edge */
export function buildKong(props: AgentGatewayProps, kong: KongProps, tls: TlsModel | undefined): KongModel {
  const { dbless, ingressController } = kong;
  if (ingressController !== undefined) {
    return { ingressController: buildController(props, ingressController, tls) };
  }
  return { dbless: buildDbless(props, dbless ?? {}, tls) };
}

function buildDbless(
  props: AgentGatewayProps,
  kong: KongDblessProps,
  tls: TlsModel | undefined,
): KongDblessModel {
  const replicas = replicaBounds(kong.replicas);
  const resources = { ...DEFAULTS.kong.resources, ...kong.resources };
  const grace = props.router?.terminationGraceSeconds ?? DEFAULTS.router.terminationGraceSeconds;
  return {
    image: kong.image ?? DEFAULTS.kong.image,
    replicasMin: replicas.min,
    replicasMax: replicas.max,
    ...resources,
    terminationGraceSeconds: grace + LONGER_GRACE_SECONDS,
    serviceType: kong.serviceType ?? DEFAULTS.kong.serviceType,
    trustedProxies: [...(kong.trustedProxies ?? [])].sort(),
    ...front(props, kong, tls),
  };
}

function buildController(
  props: AgentGatewayProps,
  kong: KongControllerProps,
  tls: TlsModel | undefined,
): KongControllerModel {
  return {
    namespace: kong.namespace ?? DEFAULTS.kong.namespace,
    ingressClass: kong.ingressClass ?? DEFAULTS.kong.ingressClass,
    ...(kong.gateway === undefined ? {} : { gateway: { ...kong.gateway } }),
    ...front(props, kong, tls),
  };
}

function front(
  props: AgentGatewayProps,
  { floodGuard, redis }: Pick<KongDblessProps, 'floodGuard' | 'redis'>,
  tls: TlsModel | undefined,
) {
  const direct = buildKongDirect(props, redis);
  return {
    ...(floodGuard === false ? {} : { floodGuard: buildFloodGuard(props, floodGuard?.requestsPerSecond) }),
    ...(tls === undefined ? {} : { tls }),
    ...(direct === undefined ? {} : { direct }),
  };
}
