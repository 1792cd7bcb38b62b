/** One fault under load: before it, while it lasts, and after it. */
import type { Scene } from './fault-scene';
import { type Outcome, type Outcomes, startLoad } from './load';

export interface FaultRow {
  readonly name: string;
  /** Done before there is load. */
  readonly prepare?: (scene: Scene) => Promise<void>;
  readonly strike: (scene: Scene) => Promise<unknown>;
  /** Absent where nobody does anything about it. */
  readonly mend?: (scene: Scene) => Promise<unknown>;
  /** What may become of requests until service is back; everything else is a request lost. */
  readonly allowed: readonly Outcome[];
  /** What shows that the fault was there at all. */
  readonly felt?: Outcome;
  /** What all requests come to while it lasts, so that nothing flaps. */
  readonly steady?: Outcome;
  /** While it lasts. Default 100. */
  readonly requests?: number;
  readonly check?: () => Promise<unknown>;
}

export interface FaultLoad {
  readonly path: string;
  readonly headers: (request: number) => Readonly<Record<string, string>>;
}

const BEFORE = 30;
const DURING = 60;
const AFTER = 40;

/** Fails when a request is lost, when the fault was not felt, or when service does not come back by itself. */
export async function expectFault(scene: Scene, row: FaultRow, load: FaultLoad): Promise<void> {
  await row.prepare?.(scene);
  const running = startLoad({ ports: () => scene.ready, end: '{"ok":true}', ...load });
  try {
    await running.untilSteady('200', BEFORE);
    await row.strike(scene);
    const during =
      row.steady === undefined
        ? await running.next(row.requests ?? DURING)
        : await running.untilSteady(row.steady, row.requests ?? DURING);
    if (row.steady !== undefined) {
      expect(Object.keys(await running.next(DURING * 3))).toEqual([row.steady]);
    }
    await row.mend?.(scene);
    const until = await running.untilSteady('200', AFTER);

    expect({ ...lost(during, row.allowed), ...lost(until, row.allowed) }).toEqual({});
    if (row.felt !== undefined) expect({ ...during, ...until }).toHaveProperty([row.felt]);
    await row.check?.();
  } finally {
    await running.stop();
  }
}

/** Not lost: a machine that is busy elsewhere can keep Redis from answering within the bound, and the plan says what holds then. */
const ANSWERED: readonly Outcome[] = ['200', '200 degraded'];

/** Outcomes that are not allowed, with their number. */
function lost(outcomes: Outcomes, allowed: readonly Outcome[]): Outcomes {
  const isLost = ([outcome]: [string, number]) => !ANSWERED.includes(outcome) && !allowed.includes(outcome);
  return Object.fromEntries(Object.entries(outcomes).filter(isLost));
}
