/** The shape of what a user writes about Kong. */
import type {
  KongControllerProps,
  KongDblessProps,
  KongFloodGuardProps,
  KongGatewayProps,
  KongProps,
  KongRedisProps,
  KongResourcesProps,
} from '../props/kong-props';
import { list, object, optional, orFalse, required } from './shape';
import { cidr, dottedName, host, image, integer, label, text, truth, word } from './values';
import { replicas, secretKeyShape } from './workload-shape';

const floodGuard = orFalse(
  object<KongFloodGuardProps>({ requestsPerSecond: optional(integer(1, 1_000_000)) }),
);

const redis = object<KongRedisProps>({
  host: required(host, 'the host of a Redis'),
  port: optional(integer(1, 65_535)),
  database: optional(integer(0, 65_535)),
  tls: optional(truth),
  username: optional(text(128)),
  passwordSecret: optional(secretKeyShape),
});

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
  redis: optional(redis),
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
  redis: optional(redis),
  clockWindows: optional(truth),
});

/** `edge.kong` */
export const kong = object<KongProps>({
  dbless: optional(dbless),
  ingressController: optional(ingressController),
});
