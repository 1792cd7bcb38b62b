/** The scenarios on the router, over sockets: the same answers as the model's, also for changed paths. */
import type { Caller } from '../../src/model/caller';
import type { GatewayModel } from '../../src/model/gateway-model';
import type { Verifier } from '../../src/router/identity/verifier';
import { startBackend, type TestBackend } from '../support/backend';
import { send } from '../support/client';
import { type RouterUnderTest, startTestRouter } from '../support/router-under-test';
import {
  callerOf,
  explained,
  mutations,
  type Outcome,
  type ScenarioRequest,
  scenarios,
} from '../support/scenarios';

/** Takes a caller as an API key that spells it out. */
const spelled: Verifier = {
  verify: ({ apiKey = '' }) => {
    const caller = JSON.parse(Buffer.from(apiKey, 'base64url').toString()) as Caller;
    return { kind: 'caller', caller: { ...caller, limitKey: caller.subject, via: 'api-key' } };
  },
};

describe.each(scenarios())('$title', ({ model, requests }) => {
  const backends = new Map<string, TestBackend>();
  let router: RouterUnderTest;

  beforeAll(async () => {
    for (const id of Object.keys(model.backends)) {
      backends.set(
        id,
        await startBackend((request, response) => {
          const { url, headers } = request;
          request.resume();
          response.end(
            JSON.stringify({
              backend: id,
              path: url,
              plan: headers['x-plan'],
              version: headers['x-api-version'],
              variant: headers['x-variant'],
            }),
          );
        }),
      );
    }
    router = await startTestRouter(0, { model: onLoopback(model), verifier: spelled });
  });
  afterAll(async () => {
    await router.close();
    for (const backend of backends.values()) await backend.close();
  });

  /** The model with every backend at its port of this machine. */
  function onLoopback(whole: GatewayModel): GatewayModel {
    const moved = Object.entries(whole.backends).map(([id, backend]) => [
      id,
      { ...backend, host: '127.0.0.1', port: backends.get(id)?.port ?? 0 },
    ]);
    return { ...whole, backends: Object.fromEntries(moved) };
  }

  async function ask(request: ScenarioRequest, path = request.path): Promise<Outcome> {
    const key = Buffer.from(JSON.stringify(callerOf(request))).toString('base64url');
    const answer = await send(router.port, path, {
      method: request.method ?? (request.body === undefined ? 'GET' : 'POST'),
      headers: { authorization: undefined, 'x-api-key': key, 'content-type': 'application/json' },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
    const seen = answer.json();
    return typeof seen.code === 'string' ? { code: seen.code } : (seen as Outcome);
  }

  it.each(requests)('$title', async (request) => {
    const outcome = await ask(request);
    expect(outcome).toMatchObject(request.expect);
    expect(outcome).toEqual(explained(model, request));
  });

  it('says the same as the model of changed paths', async () => {
    for (const request of requests) {
      for (const path of mutations(request.path)) {
        expect([path, await ask(request, path)]).toEqual([path, explained(model, request, path)]);
      }
    }
  });
});
