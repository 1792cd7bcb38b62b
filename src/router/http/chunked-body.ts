/** Takes the chunks off a body (RFC 9112 section 7.1), in bytes as they arrive. Trailers are looked at and dropped. */

/** A message that is not valid HTTP. The text is for the log, and quotes nothing of the message. */
export class InvalidMessageError extends Error {
  readonly code = 'INVALID_MESSAGE';

  /** @param tooLong whether it would be valid if it were shorter */
  constructor(
    message: string,
    readonly tooLong = false,
  ) {
    super(message);
  }
}

const STATE = {
  size: 0,
  extension: 1,
  sizeEnd: 2,
  data: 3,
  dataReturn: 4,
  dataEnd: 5,
  trailerStart: 6,
  trailer: 7,
  trailerEnd: 8,
  lastEnd: 9,
  done: 10,
} as const;

/** More digits than any real chunk has, and few enough for exact arithmetic. */
const SIZE_DIGITS_MOST = 12;
/** Bytes of all extensions of a chunk, and of all trailers. */
const IDLE_BYTES_MOST = 32_768;
const TAB = 0x09;
const SEMICOLON = 0x3b;
const RETURN = 0x0d;
const FEED = 0x0a;

/** Looks at what is dropped. Each throws `InvalidMessageError` for what should not be there. */
export interface ChunkChecks {
  /** What stands behind a chunk's size, from its semicolon on. */
  extension(text: string): void;
  /** A line behind the last chunk. */
  trailer(line: string): void;
}

/** Takes the chunked coding (RFC 9112 section 7.1) off a body, however the bytes are cut. */
export class ChunkedBody {
  private state: number = STATE.size;
  private size = 0;
  private digits = 0;
  private idleBytes = 0;
  /** The extension or trailer that is being read, in Latin-1, where somebody looks at them. */
  private line = '';

  /** @param checks where chunks must have nothing that is not what the standard says; else it need not make sense */
  constructor(private readonly checks?: ChunkChecks) {}

  get done(): boolean {
    return this.state === STATE.done;
  }

  /**
   * @param onData gets pieces of the body, which share the memory of `bytes`
   * @returns where in `bytes` the body ends, or their length
   * @throws InvalidMessageError
   */
  push(bytes: Buffer, from: number, onData: (piece: Buffer) => void): number {
    let at = from;
    while (at < bytes.length && this.state !== STATE.done) {
      if (this.state === STATE.data) {
        const end = Math.min(at + this.size, bytes.length);
        this.size -= end - at;
        onData(bytes.subarray(at, end));
        at = end;
        if (this.size === 0) this.state = STATE.dataReturn;
      } else {
        this.state = this.step(bytes[at] as number);
        at++;
      }
    }
    return at;
  }

  private step(byte: number): number {
    switch (this.state) {
      case STATE.size:
        return this.sizeByte(byte);
      case STATE.extension:
        return this.idle(byte, STATE.extension, STATE.sizeEnd);
      case STATE.sizeEnd:
        if (this.line !== '') this.checks?.extension(this.line);
        this.line = '';
        return this.feed(byte, this.size === 0 ? STATE.trailerStart : STATE.data);
      case STATE.dataReturn:
        if (byte !== RETURN) throw new InvalidMessageError('a chunk is longer than it says');
        return STATE.dataEnd;
      case STATE.dataEnd:
        this.digits = 0;
        this.idleBytes = 0;
        return this.feed(byte, STATE.size);
      case STATE.trailerStart:
        return this.idle(byte, STATE.trailer, STATE.lastEnd);
      case STATE.trailer:
        return this.idle(byte, STATE.trailer, STATE.trailerEnd);
      case STATE.trailerEnd:
        this.checks?.trailer(this.line);
        this.line = '';
        return this.feed(byte, STATE.trailerStart);
      default:
        return this.feed(byte, STATE.done);
    }
  }

  private sizeByte(byte: number): number {
    const digit = hexDigit(byte);
    if (digit !== -1) {
      this.size = this.digits === 0 ? digit : this.size * 16 + digit;
      if (++this.digits > SIZE_DIGITS_MOST) throw new InvalidMessageError('a chunk size is too long');
      return STATE.size;
    }
    if (this.digits === 0) throw new InvalidMessageError('a chunk has no size');
    if (byte === RETURN) return STATE.sizeEnd;
    const blank = byte === 0x20 || byte === TAB;
    if (byte === SEMICOLON || (blank && this.checks === undefined)) {
      return this.idle(byte, STATE.extension, STATE.sizeEnd);
    }
    throw new InvalidMessageError('a chunk size is not a number');
  }

  /** Bytes that mean nothing, up to the end of their line. */
  private idle(byte: number, stay: number, end: number): number {
    if (byte === RETURN) return end;
    if (byte === FEED) throw new InvalidMessageError('a line of a chunked body ends with a bare line feed');
    if (byte === 0x7f || (byte < 0x20 && byte !== TAB)) {
      throw new InvalidMessageError('a line of a chunked body has a control character');
    }
    if (++this.idleBytes > IDLE_BYTES_MOST) {
      throw new InvalidMessageError('the extensions or trailers of a body are too long', true);
    }
    if (this.checks !== undefined) this.line += String.fromCharCode(byte);
    return stay;
  }

  private feed(byte: number, next: number): number {
    if (byte !== FEED) throw new InvalidMessageError('a line of a chunked body does not end');
    return next;
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
