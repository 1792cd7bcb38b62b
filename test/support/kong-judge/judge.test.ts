/** The judge of `kong.yml` files against Kong's own verdicts. */
import { judgeKongFile } from './judge';
import { loadKongSchemas } from './schemas';

const schemas = loadKongSchemas();

if (schemas === undefined) {
  test.skip('says of a file what Kong says: KONG_SCHEMAS names no folder', () => undefined);
} else {
  test.each(schemas.verdicts.map((verdict) => [verdict.name, verdict] as const))(
    'says of a file what Kong says: %s',
    (_, { accepted, message, file }) => {
      const errors = judgeKongFile(schemas, file);

      expect({ accepted: errors.length === 0, errors, message }).toMatchObject({ accepted });
    },
  );

  test('has verdicts of both kinds to agree with', () => {
    expect(schemas.verdicts.filter(({ accepted }) => accepted).length).toBeGreaterThan(40);
    expect(schemas.verdicts.filter(({ accepted }) => !accepted).length).toBeGreaterThan(60);
  });
}
