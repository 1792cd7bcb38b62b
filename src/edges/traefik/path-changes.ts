/** Cuts a prefix off paths, and puts another one before them, as Traefik's `stripPrefix` and `addPrefix`. */
import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { contentHash, type GatewayNames } from '../../names';
import { type MiddlewareSpec, traefikObject } from './traefik-objects';

/** The middlewares made so far; the same change is one of them, whichever route needs it. */
export class PathChanges {
  private readonly made = new Map<string, ApiObject>();

  constructor(
    private readonly scope: Construct,
    private readonly names: GatewayNames,
  ) {}

  /**
   * The changes of a route, in the order in which they run. What the router's `backendPath` gives.
   *
   * @param prefix base path and version
   * @param backendPath takes the place of both and of the service's path; absent = they alone are cut off
   */
  of(prefix: string, servicePath: string, backendPath: string | undefined): readonly ApiObject[] {
    const cut = backendPath === undefined ? prefix : prefix + servicePath;
    return [
      ...(cut === '' ? [] : [this.change('strip', cut, { stripPrefix: { prefixes: [cut] } })]),
      ...(backendPath === undefined || backendPath === ''
        ? []
        : [this.change('add', backendPath, { addPrefix: { prefix: backendPath } })]),
    ];
  }

  private change(what: string, text: string, spec: MiddlewareSpec): ApiObject {
    const part = `${what}-${contentHash(text)}`;
    const known = this.made.get(part);
    if (known !== undefined) return known;
    const made = traefikObject(this.scope, this.names, 'Middleware', part, spec);
    this.made.set(part, made);
    return made;
  }
}
