/** The contract on the router alone: with its counters in memory, and in a real Redis. */
import { conformanceTests } from './suite';
import { startRouterTarget } from './targets/router-target';

conformanceTests('router', 'the router alone', [
  { name: 'memory', start: () => startRouterTarget('memory') },
  { name: 'Redis', start: () => startRouterTarget('redis') },
]);
