/** The inputs that the files of the router's workload share. */
import type { IConfigMap, IServiceAccount } from 'cdk8s-plus-28';
import type { DeploymentModel } from '../model/deployment-model';
import type { GatewayModel } from '../model/gateway-model';
import type { GatewayNames } from '../names';

/** What all of the router's objects are made from. */
export interface RouterParts {
  readonly names: GatewayNames;
  readonly gateway: GatewayModel;
  readonly deployment: DeploymentModel;
}

/** The objects that the pods refer to. */
export interface RouterReferences {
  readonly configuration: IConfigMap;
  /** Absent with an image of the user's own. */
  readonly program: IConfigMap | undefined;
  readonly serviceAccount: IServiceAccount;
}
