/**
 * A backend's answer that is gathered as a whole because the service changes its JSON (contract H5). What cannot be changed
 * is not passed on: it may have what was to be removed. Streams of events and all that is not JSON go by as they come.
 */
import { isJsonType } from '../body';
import type { CompiledGateway } from '../compiled-gateway';
import type { Exchange } from '../exchange';
import type { JsonEditor } from '../json-editor';
import { ModelField } from '../model-field';
import type { AnswerHead } from './answer-head';

/** An answer, ready to be sent. */
export interface WholeAnswer {
  /** Names and values in turn, with those that the change has made untrue left out. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** What is about the bytes that the backend sent. */
const ABOUT_BYTES = new Set([
  'content-length',
  'content-md5',
  'digest',
  'content-digest',
  'repr-digest',
  'etag',
  'accept-ranges',
]);

const BLANK = /[^ \t\n\r]/;

/** One answer while it arrives. */
export class JsonAnswer {
  private readonly pieces: Buffer[] = [];
  private readonly field = new ModelField(false);
  private length = 0;
  private valid = true;

  constructor(
    readonly head: AnswerHead,
    private readonly editor: JsonEditor,
    private readonly limitBytes: number,
  ) {}

  /** Why the answer cannot be changed, as far as its head says. */
  get problem(): string | undefined {
    const { contentEncoding, contentLength } = this.head;
    if (contentEncoding !== undefined && contentEncoding !== 'identity')
      return 'an answer to be changed is compressed';
    return contentLength > this.limitBytes ? TOO_LARGE : undefined;
  }

  /** @returns why the answer cannot be changed, once that is so */
  push(piece: Buffer): string | undefined {
    this.length += piece.length;
    if (this.length > this.limitBytes) return TOO_LARGE;
    this.pieces.push(piece);
    this.valid &&= this.field.push(piece);
    return undefined;
  }

  /** The answer with its changes; JSON that is no object has nothing to change. `undefined`: it is not JSON. */
  finish(): WholeAnswer | undefined {
    const whole = Buffer.concat(this.pieces);
    const isObject = this.valid && this.field.result().kind === 'object';
    if (!isObject && BLANK.exec(whole.toString('latin1', 0, 1_024))?.[0] === '{') return undefined;
    const body = isObject ? Buffer.concat(this.editor.edit([whole])) : whole;
    return { body, rawHeaders: this.headers(body.length) };
  }

  private headers(length: number): string[] {
    const kept: string[] = [];
    const raw = this.head.rawHeaders;
    for (let at = 0; at < raw.length; at += 2) {
      const name = raw[at] as string;
      if (!ABOUT_BYTES.has(name.toLowerCase())) kept.push(name, raw[at + 1] as string);
    }
    kept.push('content-length', String(length));
    return kept;
  }
}

const TOO_LARGE = 'an answer to be changed is over the body limit';

/** The answer to gather; `undefined` where it goes by as it comes, which is the rule. */
export function jsonAnswerOf(
  gateway: CompiledGateway,
  exchange: Exchange,
  head: AnswerHead,
): JsonAnswer | undefined {
  const service = exchange.route?.service;
  if (service?.responseJson === undefined || !isJsonType(head.contentType)) return undefined;
  const bare = exchange.request.method === 'HEAD' || head.status === 204 || head.status === 304;
  const editor = gateway.jsonEditors.get(service)?.response;
  if (bare || editor === undefined) return undefined;
  return new JsonAnswer(head, editor, service.bodyLimitBytes);
}
