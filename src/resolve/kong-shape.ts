/** The shape of what a user writes about Kong. */
import type {
  KongControllerProps,
  KongDblessProps,
  KongFloodGuardProps,
  KongGatewayProps,
  KongProps,
  KongResourcesProps,
} from '../props/kong-props';
import { list, object, optional, orFalse, required } from './shape';
import { cidr, dottedName, image, integer, label, truth, word } from './values';
import { replicas } from './workload-shape';

const floodGuard = orFalse(
  object<KongFloodGuardProps>({ requestsPerSecond: optional(integer(1, 1_000_000)) }),
);

const dbless = object<KongDblessProps>({
  image: optional(image),
  replicas: optional(replicas),
  resources: optional(
    object<KongResourcesProps>({
      cpuMillicores: optional(integer(10, 64_000)),
      memoryMebibytes: optional(integer(512, 65_536)),
    }),
  ),
  serviceType: optional(word(['LoadBalancer', 'NodePort', 'ClusterIP'])),
  trustedProxies: optional(list(cidr)),
  floodGuard: optional(floodGuard),
  clockWindows: optional(truth),
});

const ingressController = object<KongControllerProps>({
  namespace: optional(label()),
  ingressClass: optional(dottedName),
  gateway: optional(
    object<KongGatewayProps>({
      name: required(dottedName, 'the name of a Gateway'),
      namespace: optional(label()),
    }),
  ),
  floodGuard: optional(floodGuard),
  clockWindows: optional(truth),
});

/** `edge.kong` */
export const kong = object<KongProps>({
  dbless: optional(dbless),
  ingressController: optional(ingressController),
});
