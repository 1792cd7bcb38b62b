/** Every way through a gateway as rows, for people to read: what is printed, documented and put out by programs. */
import type { GatewayModel, TargetModel } from './gateway-model';

/** `{ path: '/api/v2/agents', service: 'agents', version: 'v2', model: 'gpt-4', backend: 'openai-agent-service:8000' }` */
export interface RouteRow {
  /** Path whose whole segments begin a request's path. */
  readonly path: string;
  readonly service: string;
  /** Absent for a gateway without versions. */
  readonly version?: string;
  /** Absent for a service without variants. */
  readonly variant?: string;
  /** Pattern of the body's `model`; absent where the body is not asked, or where nothing else fits. */
  readonly model?: string;
  /** Backend id. */
  readonly backend: string;
  /** Backend ids, in the order in which they are tried after it; absent = none. */
  readonly fallbacks?: readonly string[];
}

/** All rows: services by name, then versions, variants, and models in the order in which they are tried. */
export function routeTable(model: GatewayModel): readonly RouteRow[] {
  return Object.entries(model.services).flatMap(([service, { path, versions }]) =>
    Object.entries(versions).flatMap(([version, { target, variants }]) => {
      const prefix = version === '' ? model.basePath : `${model.basePath}/${version}`;
      const row = { path: prefix + path || '/', service, ...(version === '' ? {} : { version }) };
      if (variants.length === 0) return targetRows(row, target);
      return variants.flatMap((variant) => targetRows({ ...row, variant: variant.name }, variant.target));
    }),
  );
}

function targetRows(row: Omit<RouteRow, 'backend'>, target: TargetModel): RouteRow[] {
  const byModel = target.models.map(({ pattern, ...chain }) => ({ ...row, model: pattern, ...chain }));
  const { models: _, ...chain } = target;
  return [...byModel, { ...row, ...chain }];
}
