/** Writes docs/problems.md, docs/edges.md, docs/metrics.md and docs/tracing.md: `npm run docs`. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { edgesPage } from './edges-page';
import { metricsPage } from './metrics-page';
import { problemsPage } from './problems-page';
import { tracingPage } from './tracing-page';

const docs = resolve(__dirname, '../docs');
writeFileSync(join(docs, 'problems.md'), problemsPage());
writeFileSync(join(docs, 'edges.md'), edgesPage());
writeFileSync(join(docs, 'metrics.md'), metricsPage());
writeFileSync(join(docs, 'tracing.md'), tracingPage());
