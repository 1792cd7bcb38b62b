/** A service's changes of requests and answers → what the router does, in one form however they were written. */
import type { HeaderChangesModel, JsonChangesModel, ServiceModel } from '../model/gateway-model';
import { foldedHeaderName } from '../model/protected-headers';
import type { ServiceProps } from '../props/service-props';
import type { HeaderChangesProps, JsonChangesProps } from '../props/transform-props';

type Transforms = Pick<ServiceModel, 'requestHeaders' | 'responseHeaders' | 'requestJson' | 'responseJson'>;

/** What a service changes; nothing where it changes nothing. */
export function buildTransforms(service: ServiceProps): Transforms {
  const { requestHeaders, responseHeaders, requestJson, responseJson } = service;
  // What is compressed or a part of something cannot be changed, so nobody asks backends for it.
  const unasked = responseJson === undefined ? [] : ['accept-encoding', 'range'];
  return {
    ...(requestHeaders === undefined && unasked.length === 0
      ? {}
      : { requestHeaders: buildHeaderChanges(requestHeaders ?? {}, unasked) }),
    ...(responseHeaders === undefined ? {} : { responseHeaders: buildHeaderChanges(responseHeaders) }),
    ...(requestJson === undefined ? {} : { requestJson: buildJsonChanges(requestJson) }),
    ...(responseJson === undefined ? {} : { responseJson: buildJsonChanges(responseJson) }),
  };
}

function buildJsonChanges({ rename = {}, remove = [], defaults = {} }: JsonChangesProps): JsonChangesModel {
  return { rename: sorted(rename), remove: [...remove].sort(), defaults: sorted(defaults) };
}

function sorted<T>(map: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Sorted by name: the order in which a user writes never matters. */
function buildHeaderChanges(
  { set = {}, add = {}, remove = [] }: HeaderChangesProps,
  unasked: readonly string[] = [],
): HeaderChangesModel {
  const put = Object.entries({ ...set, ...add }).map(([name, value]) => [name.toLowerCase(), value] as const);
  return {
    drop: [...new Set([...Object.keys(set), ...remove, ...unasked].map(foldedHeaderName))].sort(),
    put: put.sort(([a], [b]) => (a < b ? -1 : 1)).flat(),
  };
}
