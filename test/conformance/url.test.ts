/**
 * The contract on a deployment that `CONFORMANCE_URL` names and `CONFORMANCE_FILE` describes (docs/conformance/README.md);
 * `CONFORMANCE_PAGE` names the page of its report. Without them this file tries its reader on the router alone.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK } from 'jose';
import { viewOfFile } from '../support/kong-view';
import { EVERY_CASE } from './cases/every-case';
import { FEATURES, kongFeatures } from './features';
import { startBesideKong } from './platform/beside-kong';
import { BASE_PATH, HOST } from './platform/platform';
import { runCases } from './run';
import { conformanceTests } from './suite';
import { startRouterTarget } from './targets/router-target';
import { readUrlTarget } from './targets/url-target';

const { CONFORMANCE_URL: url, CONFORMANCE_FILE: file, CONFORMANCE_PAGE: page } = process.env;

if (url !== undefined && file !== undefined) {
  const name = page ?? new URL(url).hostname;
  conformanceTests(name, name, [{ name, start: () => readUrlTarget(url, file) }]);
} else {
  describe('the platform beside a Kong', () => {
    const folder = mkdtempSync(join(tmpdir(), 'agent-gateway-beside-kong-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it('has a file that leads Kong to its router, which keeps what does not depend on Kong', async () => {
      const beside = await startBesideKong(folder, 8443);
      const described = await readUrlTarget(`http://${HOST}${BASE_PATH}`, join(folder, 'conformance.json'));
      const [route] = viewOfFile(readFileSync(join(folder, 'kong.yml'), 'utf8')).routes;
      // As Kong would reach it.
      const target = {
        ...described,
        address: { host: route?.service.host ?? '', port: route?.service.port ?? 0 },
      };

      const outcomes = await runCases(
        target,
        EVERY_CASE.filter(({ clause }) => ['I2', 'I5', 'S1', 'L3'].includes(clause)),
      );

      await beside.stop();
      const failed = outcomes.filter(({ result, lacks }) => result === 'failed' && lacks.length === 0);
      expect(failed).toEqual([]);
      expect([...target.features]).toEqual(kongFeatures('dbless'));
      expect(readFileSync(join(folder, 'kong.env'), 'utf8')).toContain("export KONG_HEADERS='off'\n");
    });

    it('names for each shape of Kong only features that there are', () => {
      for (const shape of ['dbless', 'ingressController'] as const) {
        expect(kongFeatures(shape).filter((name) => !Object.hasOwn(FEATURES, name))).toEqual([]);
      }
      expect(kongFeatures('ingressController')).not.toContain('large-headers');
    });
  });

  describe('a target that a file describes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'agent-gateway-conformance-'));
    const written = join(folder, 'conformance.json');
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it('keeps a clause as the target that it describes does', async () => {
      const router = await startRouterTarget('memory');
      const signingKey = {
        ...(await exportJWK(router.issuer.key.privateKey)),
        kid: router.issuer.key.publicJwk.kid,
      };
      const { address, apiKeys } = router;
      writeFileSync(written, JSON.stringify({ features: ['paths-as-sent'], address, signingKey, apiKeys }));
      const target = await readUrlTarget(router.baseUrl.href, written);

      const outcomes = await runCases(
        target,
        EVERY_CASE.filter(({ clause }) => ['I4', 'I5', 'R4'].includes(clause)),
      );

      await router.stop();
      expect(outcomes.filter(({ result }) => result !== 'passed')).toEqual([]);
    });

    it('refuses a feature that there is not', async () => {
      writeFileSync(written, JSON.stringify({ features: ['tsl'] }));

      await expect(readUrlTarget('https://a.example/', written)).rejects.toThrow(
        /no such feature: tsl; there are tls,/,
      );
    });
  });
}
