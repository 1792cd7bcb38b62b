/**
 * Bounds the bodies that are in memory at once: those that are read for their model or to be changed, before any limit is
 * taken (docs/decisions/0001), and answers that are changed as a whole. No caller can use up what others need.
 */
import { totalmem } from 'node:os';

/** Of the memory that the process may have, so much holds bodies: the least is a quarter of a pod's 256 MiB. */
const SHARE_OF_MEMORY = 4;
/** Once half is in use, no caller has more than a quarter. */
const SCARCE = 2;
const SHARE_OF_CALLER = 4;

/** What the process may hold: a part of its container's memory, or of the machine's where there is no container. */
export function bodyBytesMost(): number {
  const constrained = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return Math.floor(Math.min(constrained, totalmem()) / SHARE_OF_MEMORY);
}

/** What one caller has in memory. */
interface Part {
  bytes: number;
  /** Bodies that are being read. */
  reading: number;
}

/** The bodies of one router. */
export class BodyMemory {
  private held = 0;
  private readonly parts = new Map<string, Part>();

  constructor(private readonly bytesMost: number) {}

  /** Bytes in memory. */
  get bytes(): number {
    return this.held;
  }

  /**
   * A body begins to be read; `endReading` must follow.
   *
   * @param most bodies of the caller that may be read at once
   * @returns whether it may
   */
  beginReading(caller: string, most = Number.POSITIVE_INFINITY): boolean {
    const part = this.partOf(caller);
    if (part.reading >= most) return false;
    part.reading++;
    return true;
  }

  endReading(caller: string): void {
    const part = this.partOf(caller);
    part.reading--;
    this.forget(caller, part);
  }

  /**
   * Takes bytes, or none where there is no room. A body that is alone always has some: how large one may be is for its
   * service to say.
   *
   * @param own bytes of the same exchange
   */
  take(caller: string, bytes: number, own: number): boolean {
    const part = this.partOf(caller);
    const held = this.held + bytes;
    const alone = this.held === own;
    const scarce = held > this.bytesMost / SCARCE;
    if (
      !alone &&
      (held > this.bytesMost || (scarce && part.bytes + bytes > this.bytesMost / SHARE_OF_CALLER))
    ) {
      this.forget(caller, part);
      return false;
    }
    this.held = held;
    part.bytes += bytes;
    return true;
  }

  give(caller: string, bytes: number): void {
    const part = this.partOf(caller);
    this.held -= bytes;
    part.bytes -= bytes;
    this.forget(caller, part);
  }

  private partOf(caller: string): Part {
    let part = this.parts.get(caller);
    if (part === undefined) {
      part = { bytes: 0, reading: 0 };
      this.parts.set(caller, part);
    }
    return part;
  }

  private forget(caller: string, { bytes, reading }: Part): void {
    if (bytes === 0 && reading === 0) this.parts.delete(caller);
  }
}
