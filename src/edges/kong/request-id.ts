/** One id for a request on both sides of Kong (contract H1), also on what Kong refuses by itself. */
import { REQUEST_ID_HEADER } from '../../model/headers';
import type { KongPlugin } from './kong-config';

/** Keeps the client's id; one that is not sane has been taken away by the request guard before. */
export function renderRequestIdPlugin(): KongPlugin {
  return {
    purpose: 'request-id',
    name: 'correlation-id',
    config: { header_name: REQUEST_ID_HEADER, generator: 'uuid', echo_downstream: true },
  };
}
