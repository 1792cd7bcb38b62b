/**
 * Any deployment of the platform, by its URL; the rest comes from a file of JSON that `deploy.ts` has written or somebody
 * by hand:
 *
 *     {
 *       "features": ["tls", "http2"],                   what it can do, of features.ts
 *       "address": { "host": "10.0.0.7", "port": 443 }, where to connect, if the name does not lead there
 *       "certificate": "ca.pem",                        whom to trust, beside this file
 *       "versions": ["Kong 3.9.1"],                     for the report
 *       "signingKey": { "kty": "EC", "d": "…" },        private half of the issuer's key, as JWK
 *       "apiKeys": { "robot": "…", "acme": "…", "small": "…" }
 *     }
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { JWK } from 'jose';
import { type Feature, readFeatures } from '../features';
import { issuerWith, readSigningKey } from '../issuer';
import type { Address, ApiKeyName, Controls, Target } from '../target';

/** The file, read. */
export interface Deployment {
  readonly features: readonly string[];
  readonly address?: Address;
  /** Path beside the file. */
  readonly certificate?: string;
  readonly versions?: readonly string[];
  readonly signingKey: JWK;
  readonly apiKeys: Readonly<Record<ApiKeyName, string>>;
}

/** With `time-control` the suite waits, as nothing can move a cluster's clock: a minute for each case that needs it. */
const WAITING: Controls = {
  time: { pass: (_subject, seconds) => new Promise((done) => setTimeout(done, seconds * 1000)) },
};

/** @param url with the base path, such as `https://api.agents.example.com/api` */
export async function readUrlTarget(url: string, file: string): Promise<Target> {
  const deployment = JSON.parse(readFileSync(file, 'utf8')) as Deployment;
  const features: ReadonlySet<Feature> = readFeatures(deployment.features);
  const key = await readSigningKey(deployment.signingKey);
  const { address, certificate, versions = [], apiKeys } = deployment;
  return {
    baseUrl: new URL(url),
    ...(address === undefined ? {} : { address }),
    ...(certificate === undefined
      ? {}
      : { certificate: readFileSync(resolve(dirname(file), certificate), 'utf8') }),
    features,
    issuer: issuerWith(() => key),
    apiKeys,
    controls: features.has('time-control') ? WAITING : {},
    versions,
    stop: () => Promise.resolve(),
  };
}
