/** Holds docs/problems.md to what it is made from. */
import { problemsPage } from '../../scripts/problems-page';
import { read } from './source-files';

it('is what npm run docs writes', () => {
  expect(read('docs/problems.md')).toBe(problemsPage());
});
