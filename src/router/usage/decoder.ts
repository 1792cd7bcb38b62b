/**
 * Reads a compressed answer beside the way of its bytes to the client, which go on as they are. Bounded: an answer that
 * comes faster than it can be read, or that swells beyond all measure, is given up.
 */
import { constants, createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';

/** Takes the bytes of an answer. */
export interface Decoder {
  push(bytes: Buffer): void;
  /** Says later, once, whether all that was pushed has been read. */
  end(done: (whole: boolean) => void): void;
}

/** Compressed bytes that may wait. */
const WAITING_BYTES_MOST = 4_194_304;
/** Bytes that an answer may become. */
const DECODED_BYTES_MOST = 268_435_456;

const GZIP = { finishFlush: constants.Z_SYNC_FLUSH };
const BROTLI = { finishFlush: constants.BROTLI_OPERATION_FLUSH };

type Stream = ReturnType<typeof createGunzip>;

/** By `Content-Encoding` (RFC 9110 section 8.4.1). `deflate` is often sent without the zlib format that it names. */
const STREAMS: Readonly<Record<string, (first: number) => Stream>> = {
  gzip: () => createGunzip(GZIP),
  'x-gzip': () => createGunzip(GZIP),
  br: () => createBrotliDecompress(BROTLI),
  deflate: (first) => ((first & 0x0f) === 8 ? createInflate(GZIP) : createInflateRaw(GZIP)),
};

/**
 * What a client accepts (RFC 9110 section 12.5.3) without the codings that cannot be read: else a client could choose one
 * in which nobody sees what its answers cost.
 */
export function readableCodings(accepted: string): string {
  const readable = accepted.split(',').filter((each) => {
    const coding = (each.split(';')[0] ?? '').trim().toLowerCase();
    return coding === 'identity' || Object.hasOwn(STREAMS, coding);
  });
  return readable.length === 0 ? 'identity' : readable.join(',').trim();
}

/** @returns `undefined` for an encoding that cannot be read */
export function decoderOf(encoding: string | undefined, sink: (bytes: Buffer) => void): Decoder | undefined {
  const name = encoding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return { push: sink, end: (done) => done(true) };
  return Object.hasOwn(STREAMS, name) ? new Decompressor(STREAMS[name] as never, sink) : undefined;
}

class Decompressor implements Decoder {
  private stream: Stream | undefined;
  private decoded = 0;
  private whole = true;
  private done: ((whole: boolean) => void) | undefined;

  constructor(
    private readonly open: (first: number) => Stream,
    private readonly sink: (bytes: Buffer) => void,
  ) {}

  push(bytes: Buffer): void {
    if (!this.whole || bytes.length === 0) return;
    this.stream ??= this.begin(bytes[0] as number);
    if (this.stream.writableLength > WAITING_BYTES_MOST) this.giveUp();
    else this.stream.write(bytes);
  }

  end(done: (whole: boolean) => void): void {
    if (this.stream === undefined || !this.whole) {
      done(this.whole);
      return;
    }
    this.done = done;
    this.stream.end();
  }

  private begin(first: number): Stream {
    const stream = this.open(first);
    stream.on('data', (bytes: Buffer) => {
      this.decoded += bytes.length;
      if (this.decoded > DECODED_BYTES_MOST) this.giveUp();
      else this.sink(bytes);
    });
    stream.on('error', () => this.giveUp());
    stream.on('end', () => this.settle());
    return stream;
  }

  private giveUp(): void {
    this.whole = false;
    this.stream?.destroy();
    this.settle();
  }

  private settle(): void {
    this.done?.(this.whole);
    this.done = undefined;
  }
}
