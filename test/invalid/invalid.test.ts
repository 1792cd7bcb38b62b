/**
 * What users are told of wrong props, word for word. Each file changes good props (`null` takes a member out) and has the
 * whole message. `npm run golden` writes the messages anew; read what changes.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseDocument, Scalar } from 'yaml';
import { PROBLEMS } from '../../src/model/problem';
import { formatProblems } from '../../src/resolve/problems';
import { resolveGateway } from '../../src/resolve/resolve-gateway';
import { changed, VALID_PROPS } from '../support/valid-props';

const files = readdirSync(__dirname).filter((name) => name.endsWith('.yaml'));

function messageOf(file: string): string {
  const { props } = parse(readFileSync(join(__dirname, file), 'utf8'));
  const resolved = resolveGateway(changed(VALID_PROPS, props));
  return resolved.kind === 'problems' ? `${formatProblems(resolved.problems)}\n` : '';
}

it.each(files)('%s', (file) => {
  const path = join(__dirname, file);
  const message = messageOf(file);
  if (process.env.GOLDEN === 'write') {
    const document = parseDocument(readFileSync(path, 'utf8'));
    const text = new Scalar(message);
    text.type = Scalar.BLOCK_LITERAL;
    document.set('problems', text);
    writeFileSync(path, document.toString({ lineWidth: 0 }));
  }
  expect(message).toBe(parse(readFileSync(path, 'utf8')).problems);
});

/** Codes that props alone cannot bring about. */
const ELSEWHERE = {
  AGW_NAMESPACE: 'comes from the chart: test/edges/kong/edge.test.ts',
  AGW_GATEWAY_SHADOWED: 'comes from another gateway: test/edges/traefik/neighbours.test.ts',
  AGW_OBJECT_NAME: 'comes from another gateway: test/edges/traefik/neighbours.test.ts',
  AGW_TLS_CONFLICT: 'comes from another gateway: test/edges/traefik/neighbours.test.ts',
  AGW_DOCUMENT_SIZE: 'comes from the size of the whole document: test/gateway.test.ts',
};

it('has a case for every code, named after it', () => {
  const codes = Object.keys(PROBLEMS).filter((code) => !Object.hasOwn(ELSEWHERE, code));
  const without = codes.filter((code) => {
    const name = code.replace('AGW_', '').toLowerCase().replaceAll('_', '-');
    return !files.some((file) => file.startsWith(name) && messageOf(file).includes(` ${code} `));
  });
  expect(without).toEqual([]);
});

it('finds nothing wrong with the props that the cases change', () => {
  expect(resolveGateway(VALID_PROPS).kind).toBe('resolved');
});

it('never shows a secret', () => {
  const shown = files.map(messageOf).filter((message) => message.includes('hunter2'));
  expect(shown).toEqual([]);
});
