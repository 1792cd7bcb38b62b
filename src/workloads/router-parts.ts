/** The inputs that the files of the router's workload share. */
import type { DeploymentModel } from '../model/deployment-model';
import type { GatewayModel } from '../model/gateway-model';
import type { GatewayNames } from '../names';

/** What all of the router's objects are made from. */
export interface RouterParts {
  readonly names: GatewayNames;
  readonly gateway: GatewayModel;
  readonly deployment: DeploymentModel;
}

/** Names of the objects that the pods refer to. */
export interface RouterReferences {
  readonly configuration: string;
  /** Absent with an image of the user's own. */
  readonly program: string | undefined;
  readonly serviceAccount: string;
}
