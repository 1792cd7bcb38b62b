/** Holds docs/edges.md to what it is made from. */
import { edgesPage } from '../../scripts/edges-page';
import { KONG_LACKS } from '../../src/model/capabilities';
import { read } from './source-files';

it('is what npm run docs writes', () => {
  expect(read('docs/edges.md')).toBe(edgesPage());
});

it('names everything that Kong cannot keep', () => {
  for (const { props } of Object.values(KONG_LACKS)) expect(edgesPage()).toContain(props);
});
