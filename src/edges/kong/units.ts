/** From our units to Kong's. */

/** Kong counts time in whole milliseconds; parts of one are rounded up, so that nothing is cut short. */
export function milliseconds(seconds: number): number {
  return Math.ceil(seconds * 1_000);
}
