/** Which backend a request goes to, once service, version and caller are known (contract R3, R9, R10). */
import { own } from './caller';
import type {
  BackendChainModel,
  BackendModel,
  GatewayModel,
  ServiceModel,
  ServiceVersionModel,
  TargetModel,
} from './gateway-model';
import { matchesModel } from './model-pattern';
import { pickShare } from './split';

/** `{ target: {…}, variant: 'b' }` */
export interface TargetDecision {
  readonly target: TargetModel;
  /** Name of the variant that was picked; absent for a service without variants. */
  readonly variant?: string;
}

/** The target of a service in a version, or `undefined` where the version does not have the service. */
export function decideTarget(
  serviceName: string,
  service: ServiceModel,
  version: string,
  key: string,
): TargetDecision | undefined {
  const entry = own(service.versions, version);
  if (entry === undefined) return undefined;
  return entry.variants.length === 0 ? { target: entry.target } : pickVariant(serviceName, entry, key);
}

function pickVariant(serviceName: string, entry: ServiceVersionModel, key: string): TargetDecision {
  const name = pickShare(`variant:${serviceName}`, key, entry.variants, '');
  const variant = entry.variants.find((candidate) => candidate.name === name);
  return variant === undefined ? { target: entry.target } : { target: variant.target, variant: name };
}

/** The backend for the `model` of a body and those after it: the first pattern that fits, else the target's own. */
export function decideBackend(target: TargetModel, model: string | undefined): BackendChainModel {
  if (model === undefined) return target;
  return target.models.find((route) => matchesModel(route.pattern, model)) ?? target;
}

/** The backend of an id. Every id in a model that `resolve/` made has one. */
export function backendOf(gateway: GatewayModel, id: string): BackendModel {
  const backend = own(gateway.backends, id);
  if (backend === undefined) throw new RangeError(`the model has no backend "${id}"`);
  return backend;
}

/** The path that a backend sees. */
export function backendPath(backend: BackendModel, servicePath: string, rest: string): string {
  const path = (backend.path ?? servicePath) + rest;
  return path === '' ? '/' : path;
}
