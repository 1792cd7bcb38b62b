/** A backend and a router in front of it, made for one test file and closed after it. */
import { type Answer, startBackend, type TestBackend, type Upgrade } from './backend';
import { type RouterUnderTest, type RouterUnderTestOptions, startTestRouter } from './router-under-test';

export interface Situation {
  readonly backend: TestBackend;
  readonly router: RouterUnderTest;
  readonly port: number;
}

/**
 * Starts both before the file's tests and closes both after them. What is given back is filled in by then.
 *
 * @param answer how the backend answers; 200 by default
 */
export function situation(
  options: RouterUnderTestOptions = {},
  answer?: Answer,
  upgrade?: Upgrade,
): Situation {
  let backend: TestBackend | undefined;
  let router: RouterUnderTest | undefined;
  beforeAll(async () => {
    backend = await startBackend(answer, upgrade);
    router = await startTestRouter(backend.port, options);
  });
  afterAll(async () => {
    await router?.close();
    await backend?.close();
  });
  return {
    get backend() {
      return started(backend);
    },
    get router() {
      return started(router);
    },
    get port() {
      return started(router).port;
    },
  };
}

function started<T>(thing: T | undefined): T {
  if (thing === undefined) throw new Error('the situation is not there before the tests begin');
  return thing;
}
