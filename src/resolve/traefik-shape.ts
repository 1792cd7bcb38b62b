/** The shape of what a user writes about Traefik. */
import type { EntryPointsProps, FloodGuardProps, RouterTlsProps, TraefikProps } from '../props/edge-props';
import { list, map, object, optional, orFalse, required } from './shape';
import { cidr, dottedName, integer, label, labelName, labelValue, truth, visible, word } from './values';

const floodGuard = object<FloodGuardProps>({
  requestsPerSecond: optional(integer(1, 1_000_000)),
  forwardedForDepth: optional(integer(0, 10)),
});

const routerTls = object<RouterTlsProps>({
  serverSecretName: required(dottedName, "the name of the Secret with the router's certificate"),
  clientSecretName: required(dottedName, "the name of the Secret with Traefik's certificate"),
});

/** `edge.traefik` */
export const traefik = object<TraefikProps>({
  version: optional(word(['3.6', '3.7'])),
  namespace: optional(label()),
  podLabels: optional(map(labelName, labelValue, 1)),
  ingressClass: optional(dottedName),
  trustedProxies: optional(list(cidr, 1)),
  crossNamespace: optional(truth),
  refuseEncodedCharacters: optional(truth),
  routerTls: optional(routerTls),
  entryPoints: optional(object<EntryPointsProps>({ http: optional(visible), https: optional(visible) })),
  floodGuard: optional(orFalse(floodGuard)),
});
