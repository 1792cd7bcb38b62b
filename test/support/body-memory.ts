/** Waits for what a router says of the bodies that it has in memory. */
import { send } from './client';
import type { RouterUnderTest } from './router-under-test';

/** Fails when it is not so within some seconds. */
export async function untilBodiesHold(router: RouterUnderTest, bytes: number): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    const { body } = await send(router.adminPort, '/metrics');
    if (Number(/^agent_gateway_body_bytes (\d+)$/m.exec(body.toString())?.[1]) === bytes) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited in vain for ${bytes} bytes of bodies`);
}
