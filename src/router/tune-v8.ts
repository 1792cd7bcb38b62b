/** What V8 (Node 20 to 26) does otherwise by default, and a router pays for with each request; figures are in `bench/`. */
import { setFlagsFromString } from 'node:v8';

/** Call after all modules are loaded. */
export function tuneV8(): void {
  // V8 moves what requests are made of into its space for old objects, as so much of it lives until the answer comes; there it
  // keeps alive what it points to until the next large collection. Without that, a small collection copies a fifth as much.
  setFlagsFromString('--no-allocation-site-pretenuring');
  // A large collection once what the last one left has doubled. By default a heap as small as a router's is collected as soon
  // as it has 4 MB more, twice a second under load. More than double is cheaper still, and too much for a pod of 256 MiB.
  setFlagsFromString('--heap-growing-percent=100');
  hastenStrings();
}

/**
 * A class that extends String, as ioredis 6 has one, makes V8 keep String.prototype as a dictionary, and compiled code then
 * looks up every method of a string anew. V8 undoes that where it learns from reads of an object with that prototype, which
 * a plain string is not. Nothing but speed depends on it.
 */
function hastenStrings(): void {
  const text = Object('') as string;
  for (let reads = 0; reads < READS_UNTIL_V8_LEARNS; reads++) methodOf(text);
}

/** Nine were enough on Node 20, 24 and 26. */
const READS_UNTIL_V8_LEARNS = 100;

function methodOf(text: string): unknown {
  return text.indexOf;
}
