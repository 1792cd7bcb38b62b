/**
 * Scenarios: props, requests, and what must become of them. The same files run on the decisions of the model and on the
 * router over sockets; both must say the same, also of paths that were changed on the way.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Caller } from '../../src/model/caller';
import { explain } from '../../src/model/explain';
import type { GatewayModel } from '../../src/model/gateway-model';
import { modelWith } from './resolved';

export interface ScenarioRequest {
  readonly title: string;
  readonly method?: string;
  readonly path: string;
  /** Default: subject `ada`. */
  readonly caller?: Caller;
  /** JSON of the body; absent = no body. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly expect: Outcome;
}

/** What a client and a backend see. */
export interface Outcome {
  /** Code of the refusal. */
  readonly code?: string;
  readonly backend?: string;
  /** Path that the backend sees. */
  readonly path?: string;
  readonly version?: string;
  readonly variant?: string;
  readonly plan?: string;
}

export interface Scenario {
  readonly title: string;
  /** Changes onto good props. */
  readonly props: unknown;
  readonly requests: readonly ScenarioRequest[];
}

const folder = join(__dirname, '../scenarios');

export function scenarios(): readonly (Scenario & { readonly file: string; readonly model: GatewayModel })[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return files.sort().map((file) => {
    const scenario = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Scenario;
    return { ...scenario, file, model: modelWith(scenario.props) };
  });
}

export const callerOf = (request: ScenarioRequest): Caller => request.caller ?? { subject: 'ada' };

/** What the model says of a request. */
export function explained(model: GatewayModel, request: ScenarioRequest, path = request.path): Outcome {
  const { body } = request;
  const answer = explain(model, {
    method: request.method ?? (body === undefined ? 'GET' : 'POST'),
    path,
    caller: callerOf(request),
    ...(body === undefined ? {} : { body: typeof body.model === 'string' ? { model: body.model } : {} }),
    nowSeconds: Date.now() / 1000,
  });
  if (answer.kind === 'refused') return { code: answer.code };
  const { backend, backendPath, version, variant, plan } = answer;
  return {
    backend,
    path: backendPath,
    plan,
    ...(version.name === '' ? {} : { version: version.name }),
    ...(variant === undefined ? {} : { variant }),
  };
}

/** The same path as somebody might change it, by accident or on purpose. */
export function mutations(path: string): readonly string[] {
  const slash = path.lastIndexOf('/');
  return [
    ...new Set([
      `/${path}`,
      `${path.slice(0, slash)}/${path.slice(slash)}`,
      `${path.slice(0, slash)}%2F${path.slice(slash + 1)}`,
      `${path.slice(0, slash)}%2f${path.slice(slash + 1)}`,
      `${path.slice(0, slash)}/.${path.slice(slash)}`,
      `${path}/..`,
      `${path}/../x`,
      `${path}/%2e%2e/x`,
      `${path}%2F..`,
      `${path};x=1`,
      `${path}/`,
      `${path}x`,
      path.toUpperCase(),
      path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    ]),
  ].filter((mutated) => mutated !== path && mutated.startsWith('/'));
}
