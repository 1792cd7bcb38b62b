/** As much of Markdown as the tests of documents read: tables, inline code, fenced blocks and links. */

/** Cells of the body rows of the table that follows a heading, as they are written. */
export function tableAfter(markdown: string, heading: string): readonly (readonly string[])[] {
  const lines = markdown.split('\n');
  const start = lines.indexOf(heading);
  if (start === -1) throw new Error(`there is no heading "${heading}"`);
  const first = lines.findIndex((line, at) => at > start && line.startsWith('|'));
  const rows: string[][] = [];
  for (let at = first; lines[at]?.startsWith('|'); at++) {
    rows.push(
      (lines[at] as string)
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
  }
  // The first two are the names of the columns and the rule below them.
  return rows.slice(2);
}

/** Texts in backticks, without those of fenced blocks. */
export function inlineCode(markdown: string): readonly string[] {
  const prose = markdown.replace(/^ *```[\s\S]*?^ *```$/gm, '');
  return [...prose.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] as string);
}

export interface FencedBlock {
  readonly language: string;
  readonly text: string;
}

/** Fenced blocks at the left margin. */
export function fencedBlocks(markdown: string): readonly FencedBlock[] {
  return [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1] as string,
    text: match[2] as string,
  }));
}

/** Targets of links into the repository, without their anchors. */
export function localLinks(markdown: string): readonly string[] {
  return [...markdown.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => (match[1] as string).replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}
