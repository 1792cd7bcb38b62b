/** A service's changes of requests and answers → what the router does, in one form however they were written. */
import type { HeaderChangesModel, ServiceModel } from '../model/gateway-model';
import { foldedHeaderName } from '../model/protected-headers';
import type { ServiceProps } from '../props/service-props';
import type { HeaderChangesProps } from '../props/transform-props';

/** What a service changes; nothing where it changes nothing. */
export function buildTransforms(
  service: ServiceProps,
): Pick<ServiceModel, 'requestHeaders' | 'responseHeaders'> {
  const { requestHeaders, responseHeaders } = service;
  return {
    ...(requestHeaders === undefined ? {} : { requestHeaders: buildHeaderChanges(requestHeaders) }),
    ...(responseHeaders === undefined ? {} : { responseHeaders: buildHeaderChanges(responseHeaders) }),
  };
}

/** Sorted by name: the order in which a user writes never matters. */
function buildHeaderChanges({ set = {}, add = {}, remove = [] }: HeaderChangesProps): HeaderChangesModel {
  const put = Object.entries({ ...set, ...add }).map(([name, value]) => [name.toLowerCase(), value] as const);
  return {
    drop: [...Object.keys(set), ...remove].map(foldedHeaderName).sort(),
    put: put.sort(([a], [b]) => (a < b ? -1 : 1)).flat(),
  };
}
