/** A certificate of its own making for a host (X.509 in DER, RFC 5280), so that tests of TLS need no program for it. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** Both as PEM. The certificate is signed by its own key, so it is also what clients must trust. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/**
 * Valid since some days, for a year.
 *
 * @param subject another name, for a certificate that is trusted beside one of the same host
 * @param days for how long from now on; negative for one that has expired
 */
export function createCertificate(host: string, subject = host, days = 365): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const body = bodyOf(host, subject, publicKey, days);
  const der = sequence(body, ECDSA_WITH_SHA256, bits(sign('sha256', body, privateKey)));
  const lines = der.toString('base64').replace(/.{1,64}/g, '$&\n');
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function bodyOf(host: string, subject: string, publicKey: KeyObject, days: number): Buffer {
  const name = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(subject)))));
  const day = 86_400_000;
  const extensions = sequence(
    sequence(ALTERNATIVE_NAME, der(0x04, sequence(der(0x82, Buffer.from(host))))),
    sequence(BASIC_CONSTRAINTS, der(0x04, sequence(der(0x01, Buffer.from([0xff]))))),
  );
  return sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    name,
    sequence(time(Date.now() - 9 * day), time(Date.now() + days * day)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  );
}

/** Tag, length, contents. */
function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const head =
    length < 128
      ? [tag, length]
      : length < 256
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from(head), content]);
}

const sequence = (...contents: readonly Buffer[]) => der(0x30, ...contents);
const bits = (content: Buffer) => der(0x03, Buffer.from([0]), content);
const objectId = (...bytes: readonly number[]) => der(0x06, Buffer.from(bytes));
/** `YYMMDDHHMMSSZ` */
const time = (milliseconds: number) =>
  der(0x17, Buffer.from(new Date(milliseconds).toISOString().replace(/^..|[-:T]|\.\d+/g, '')));

/** 1.2.840.10045.4.3.2 */
const ECDSA_WITH_SHA256 = sequence(objectId(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
/** 2.5.4.3 */
const COMMON_NAME = objectId(0x55, 0x04, 0x03);
/** 2.5.29.17 */
const ALTERNATIVE_NAME = objectId(0x55, 0x1d, 0x11);
/** 2.5.29.19 */
const BASIC_CONSTRAINTS = objectId(0x55, 0x1d, 0x13);
