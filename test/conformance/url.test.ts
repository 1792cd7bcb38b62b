/**
 * The contract on a deployment that `CONFORMANCE_URL` names and `CONFORMANCE_FILE` describes (docs/conformance/README.md);
 * `CONFORMANCE_PAGE` names the page of its report. Without them this file tries its reader on the router alone.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK } from 'jose';
import { EVERY_CASE } from './cases/every-case';
import { runCases } from './run';
import { conformanceTests } from './suite';
import { startRouterTarget } from './targets/router-target';
import { readUrlTarget } from './targets/url-target';

const { CONFORMANCE_URL: url, CONFORMANCE_FILE: file, CONFORMANCE_PAGE: page } = process.env;

if (url !== undefined && file !== undefined) {
  const name = page ?? new URL(url).hostname;
  conformanceTests(name, name, [{ name, start: () => readUrlTarget(url, file) }]);
} else {
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
