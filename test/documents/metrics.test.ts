/** Holds docs/metrics.md to the router's metrics. */
import { metricsPage } from '../../scripts/metrics-page';
import { LABELS } from '../../src/router/router-metrics';
import { tableAfter } from './markdown';
import { read } from './source-files';

it('is what npm run docs writes', () => {
  expect(read('docs/metrics.md')).toBe(metricsPage());
});

it('explains every label that a metric has, and no other', () => {
  const used = tableAfter(metricsPage(), '## All of them').flatMap(([, , labels = '']) =>
    [...labels.matchAll(/`(\w+)`/g)].map((match) => match[1] as string),
  );
  expect([...new Set(used)].sort()).toEqual(Object.keys(LABELS).sort());
});

it('asks only for metrics that there are', () => {
  const page = metricsPage();
  const there = tableAfter(page, '## All of them').map(([name = '']) => name.replaceAll('`', ''));
  const asked = [...page.slice(page.indexOf('## What to ask')).matchAll(/agent_gateway_\w+/g)];
  const names = asked.map(([name]) => name.replace(/_(bucket|sum|count)$/, ''));
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !there.includes(name))).toEqual([]);
});
