/** Holds docs/tracing.md to the router's spans. */
import { tracingPage } from '../../scripts/tracing-page';
import { read } from './source-files';

it('is what npm run docs writes', () => {
  expect(read('docs/tracing.md')).toBe(tracingPage());
});
