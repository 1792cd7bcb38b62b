/** What may stand between the chunks of a request, none of which goes on to a backend (RFC 9112 section 7.1). */
import { type ChunkChecks, InvalidMessageError } from './chunked-body';
import { HEAD_TEXT } from './head-text';
import { fieldOf } from './request-head';

/** Names, with or without a value: a token, or text in quotes. */
const EXTENSIONS =
  /^(?:;[!#$%&'*+.^_`|~\w-]+(?:=(?:[!#$%&'*+.^_`|~\w-]+|"[\t\x20\x21\x23-\x5b\x5d-\x7e]*"))?)+$/;

/** As strict as Node's reader. */
export const REQUEST_CHUNKS: ChunkChecks = {
  extension(text) {
    if (!EXTENSIONS.test(text)) throw new InvalidMessageError('the extension of a chunk is none');
  },
  trailer(line) {
    const colon = line.indexOf(':');
    const field = colon === -1 ? 'invalid' : fieldOf(line.slice(0, colon));
    if (field === 'invalid' || !HEAD_TEXT.test(line)) throw new InvalidMessageError('a trailer is no header');
    if (field === 'content-length' || field === 'transfer-encoding') {
      throw new InvalidMessageError('a trailer says where the body ends');
    }
  },
};
