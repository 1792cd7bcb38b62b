/** The inputs that the files of this edge share. */
import type { KongControllerModel, KongDblessModel } from '../../model/deployment-model';
import type { GatewayModel } from '../../model/gateway-model';
import type { GatewayNames } from '../../names';

/** What both shapes of Kong know of what is in front of it. */
export type KongFrontModel = Pick<KongDblessModel & KongControllerModel, 'floodGuard' | 'tls' | 'direct'>;

/** What the objects for Kong's ingress controller are made from. */
export interface KongParts {
  readonly names: GatewayNames;
  readonly gateway: GatewayModel;
  readonly controller: KongControllerModel;
  /** Of the gateway's objects; absent where it is not known when they are made. */
  readonly namespace: string | undefined;
}
