/** Makes the text of docs/problems.md from the table of problem codes and the cases of test/invalid. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { PROBLEMS } from '../src/model/problem';

const CASES = resolve(__dirname, '../test/invalid');

/** A case of test/invalid: changes onto good props, and the message that they lead to. */
interface InvalidCase {
  readonly props: unknown;
  readonly problems: string;
}

const HEAD = `<!-- Written by \`npm run docs\` from src/model/problem.ts and test/invalid. Changes belong there. -->

# Problems

Props that cannot become a gateway are reported all at once: \`new AgentGateway\` throws an \`InvalidGatewayError\`, whose
\`problems\` hold for each its \`code\`, its \`path\` in the props, what was \`got\`, what was \`expected\` and the \`fix\`. Codes
are stable; texts may get better. A value that may be a secret is never repeated.

The examples are cases of the tests: what is changed in props that are good, and the message then.
`;

/** The whole page. */
export function problemsPage(): string {
  const cases = readCases();
  const sections = Object.entries(PROBLEMS).map(([code, meaning]) => {
    const example = cases.find(({ problems }) => codesIn(problems).includes(code));
    return `\n## ${code}\n\n${meaning}\n${example === undefined ? '' : exampleText(example)}`;
  });
  return HEAD + sections.join('');
}

function readCases(): readonly InvalidCase[] {
  if (!existsSync(CASES)) return [];
  const names = readdirSync(CASES).filter((name) => name.endsWith('.yaml'));
  // A case about one problem alone is the better example.
  return names
    .sort()
    .map((name) => parse(readFileSync(join(CASES, name), 'utf8')) as InvalidCase)
    .sort((a, b) => codesIn(a.problems).length - codesIn(b.problems).length);
}

function codesIn(problems: string): readonly string[] {
  return [...problems.matchAll(/^ *(AGW_[A-Z_]+)/gm)].map((match) => match[1] as string);
}

function exampleText({ props, problems }: InvalidCase): string {
  return `\n\`\`\`yaml\n${stringify(props)}\`\`\`\n\n\`\`\`\n${problems.trimEnd()}\n\`\`\`\n`;
}
