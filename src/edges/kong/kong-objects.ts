/**
 * The few kinds of Kong's ingress controller that are used, typed by hand after its CRDs (kubernetes-ingress-controller
 * 3.5, configuration.konghq.com/v1), beside Kubernetes' own Ingress and Gateway API's HTTPRoute.
 */
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { type GatewayNames, labelsOf } from '../../names';

/** A KongPlugin has no `spec`: its fields stand at the top. */
export interface KongPluginFields {
  readonly plugin: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Values from Secrets of the same namespace, put into `config` as JSON. */
  readonly configPatches?: readonly {
    readonly path: string;
    readonly valueFrom: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
  }[];
}

/** Kubernetes' Ingress, as far as it is used. */
export interface IngressSpec {
  readonly ingressClassName: string;
  readonly tls?: readonly { readonly hosts: readonly string[]; readonly secretName: string }[];
  readonly rules: readonly {
    readonly host: string;
    readonly http: { readonly paths: readonly IngressPath[] };
  }[];
}

/** Requests below a path, and where they go. */
export interface IngressPath {
  readonly path: string;
  /** `ImplementationSpecific`: an expression of Kong's behind `/~`. */
  readonly pathType: 'Prefix' | 'ImplementationSpecific';
  readonly backend: {
    readonly service: { readonly name: string; readonly port: { readonly number: number } };
  };
}

/** Gateway API's HTTPRoute, as far as it is used. */
export interface HttpRouteSpec {
  readonly parentRefs: readonly { readonly name: string; readonly namespace?: string }[];
  readonly hostnames: readonly string[];
  readonly rules: readonly {
    readonly matches: readonly { readonly path: { readonly type: 'PathPrefix'; readonly value: string } }[];
    readonly backendRefs: readonly { readonly name: string; readonly port: number }[];
  }[];
}

/** Adds a KongPlugin. */
export function kongPluginObject(
  scope: Construct,
  names: GatewayNames,
  purpose: string,
  fields: KongPluginFields,
): ApiObject {
  return new ApiObject(scope, `plugin-${purpose}`, {
    apiVersion: 'configuration.konghq.com/v1',
    kind: 'KongPlugin',
    metadata: { name: `${names.base}-${purpose}`, labels: labelsOf(names, 'edge') },
    ...fields,
  });
}

interface Specs {
  readonly Ingress: IngressSpec;
  readonly HTTPRoute: HttpRouteSpec;
}

const API_VERSIONS: Readonly<Record<keyof Specs, string>> = {
  Ingress: 'networking.k8s.io/v1',
  HTTPRoute: 'gateway.networking.k8s.io/v1',
};

/** Adds the object that brings requests in. */
export function entryObject<K extends keyof Specs>(
  scope: Construct,
  names: GatewayNames,
  kind: K,
  name: string,
  annotations: Readonly<Record<string, string>>,
  spec: Specs[K],
): ApiObject {
  return new ApiObject(scope, name === names.base ? kind.toLowerCase() : `${kind.toLowerCase()}-${name}`, {
    apiVersion: API_VERSIONS[kind],
    kind,
    metadata: { name, labels: labelsOf(names, 'edge'), annotations },
    spec,
  });
}
