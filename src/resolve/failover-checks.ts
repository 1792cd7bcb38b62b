/** What must hold of a service's words about backends that fail. */
import { backendsOf } from './backends-of';
import { checkDistinct, type LooseProps } from './check-helpers';
import { type Place, Saying } from './problems';

type LooseService = NonNullable<NonNullable<LooseProps['services']>[string]>;

/** Checks one service. */
export function checkFailover(service: LooseService, at: Place): void {
  const { failover } = service;
  if (failover === undefined) return;
  const place = at.key('failover');
  checkDistinct(failover.statuses?.map(String), place.key('statuses'));
  if (backendsOf(service).some(({ backend }) => backend.fallbacks !== undefined)) return;
  const got = new Saying('failover without anything to go on to');
  place.report('AGW_UNUSED', got, 'a backend with fallbacks', 'give a backend fallbacks, or remove it');
}
