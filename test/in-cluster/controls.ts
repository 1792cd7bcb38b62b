/** What a target in a cluster lets the suite do: to the Redis by a port-forward, to the issuer by orders through the gateway. */
import assert from 'node:assert/strict';
import { limitKeyOf } from '../../src/router/identity/credentials';
import { send } from '../conformance/client';
import { createSigningKey, type Issuer, issuerWith, type SigningKey, TOKENS } from '../conformance/issuer';
import type { IssuerControl, StoreControl, Target, TimeControl } from '../conformance/target';
import { moveBack, scriptsRun } from '../support/limit-stores';
import { connectTo, type RedisClient } from '../support/redis-client';

/** Longest that the store may stay away, should nobody give it back. Unit: milliseconds. */
const AWAY_MILLISECONDS = 15_000;

/** Over the Redis at a port of the loopback. */
export function storeControls(port: number): { readonly time: TimeControl; readonly store: StoreControl } {
  const look = async <T>(run: (client: RedisClient) => Promise<T>): Promise<T> => {
    const client = connectTo(port);
    return run(client).finally(() => client.disconnect());
  };
  const ask = async (run: (client: RedisClient) => Promise<unknown>): Promise<void> => {
    await look(run);
  };
  return {
    time: {
      pass: (subject, seconds) =>
        ask((client) =>
          moveBack(client, `agw:{${limitKeyOf(TOKENS.issuer, undefined, subject)}}:`, seconds * 1000),
        ),
    },
    store: {
      // Scripts that write wait, and with them every question about limits; health checks do not.
      pause: () => ask((client) => client.call('CLIENT', 'PAUSE', AWAY_MILLISECONDS, 'WRITE')),
      resume: () => ask((client) => client.call('CLIENT', 'UNPAUSE')),
      questions: () => look(scriptsRun),
    },
  };
}

/** The issuer of a deployment, whose keys the suite can change. */
export interface RemoteIssuer {
  readonly issuer: Issuer;
  /** @param target through which orders go, by its API key */
  controlOver(target: () => Target, readers: number): IssuerControl;
}

/** @param first the key that it shows from the start */
export function remoteIssuer(first: SigningKey): RemoteIssuer {
  let key = first;
  const controlOver = (target: () => Target, readers: number): IssuerControl => {
    const order = async (word: string, body?: string) => {
      const headers = { 'x-api-key': target().apiKeys.robot, 'x-mark': 'probe' };
      const request = { headers, ...(body === undefined ? {} : { body }) };
      const answer = await send(target(), `/v2/probe/issuer/${word}`, request);
      assert.equal(answer.status, 200, answer.text);
      return Number(answer.json().requests);
    };
    const show = async (shown: SigningKey) => {
      await order('keys', JSON.stringify({ keys: [shown.publicJwk] }));
      key = shown;
    };
    return {
      readers,
      requests: () => order('state'),
      async rotate() {
        const before = key;
        await show(await createSigningKey('two'));
        return () => show(before);
      },
      stop: async () => void (await order('away')),
      start: async () => void (await order('back')),
    };
  };
  return { issuer: issuerWith(() => key), controlOver };
}
