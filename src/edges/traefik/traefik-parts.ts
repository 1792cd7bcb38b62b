/** The inputs that the files of this edge share. */
import type { TraefikModel } from '../../model/deployment-model';
import type { GatewayModel } from '../../model/gateway-model';
import type { GatewayNames } from '../../names';

/** What all of Traefik's objects are made from. */
export interface TraefikParts {
  readonly names: GatewayNames;
  readonly gateway: GatewayModel;
  readonly traefik: TraefikModel;
  /** The chart's; known where the router is asked or spoken to by TLS. */
  readonly namespace: string | undefined;
}
