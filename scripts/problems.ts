/** Writes docs/problems.md, docs/edges.md and docs/metrics.md: `npm run docs`. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { edgesPage } from './edges-page';
import { metricsPage } from './metrics-page';
import { problemsPage } from './problems-page';

const docs = resolve(__dirname, '../docs');
writeFileSync(join(docs, 'problems.md'), problemsPage());
writeFileSync(join(docs, 'edges.md'), edgesPage());
writeFileSync(join(docs, 'metrics.md'), metricsPage());
