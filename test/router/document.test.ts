import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDocument } from '../../src/router/document';
import { modelOf } from '../support/router-under-test';

const folder = mkdtempSync(join(tmpdir(), 'document-'));
const path = join(folder, 'gateway.json');
afterAll(() => rmSync(folder, { recursive: true }));

test('reads a model of its own format', () => {
  const model = modelOf(8000);
  writeFileSync(path, JSON.stringify(model));

  expect(readDocument(path)).toEqual(model);
});

test.each([
  ['another format', '{"format":2}', 'has format 2, this router reads format 1'],
  ['no format', '{}', 'has format none, this router reads format 1'],
  ['a list', '[]', 'has format none, this router reads format 1'],
  ['what is not JSON', 'format: 1', 'is not JSON'],
])('refuses %s', (_name, text, message) => {
  writeFileSync(path, text);

  expect(() => readDocument(path)).toThrow(message);
});

test('refuses a file that is not there, and names it', () => {
  expect(() => readDocument(join(folder, 'missing.json'))).toThrow(/missing\.json" cannot be read$/);
});
