/** Writes docs/problems.md: `npm run docs`. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { problemsPage } from './problems-page';

writeFileSync(resolve(__dirname, '../docs/problems.md'), problemsPage());
