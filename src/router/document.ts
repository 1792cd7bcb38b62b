/** Reads the gateway document: the model as JSON, in the format that this router was built for. */
import { readFileSync } from 'node:fs';
import { type GatewayModel, MODEL_FORMAT } from '../model/gateway-model';

/** A document that stops the start. */
export class DocumentError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DocumentError';
  }
}

/**
 * @param path file that holds the document
 * @throws DocumentError when it cannot be read, is not JSON or is of another format
 */
export function readDocument(path: string): GatewayModel {
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? 'is not JSON' : 'cannot be read';
    throw new DocumentError(`GATEWAY_DOCUMENT: the document at ${JSON.stringify(path)} ${reason}`, { cause });
  }
  const format =
    typeof document === 'object' && document !== null && 'format' in document ? document.format : undefined;
  if (format !== MODEL_FORMAT) {
    const got = JSON.stringify(format) ?? 'none';
    throw new DocumentError(
      `GATEWAY_DOCUMENT: the document at ${JSON.stringify(path)} has format ${got}, this router reads format ${MODEL_FORMAT}`,
    );
  }
  return document as GatewayModel;
}
