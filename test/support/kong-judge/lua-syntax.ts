/** Whether a text is a chunk of Lua 5.1: a recogniser of its grammar (Lua 5.1 manual, section 8), without meaning. */

const TOKEN =
  /\s+|--\[\[[\s\S]*?\]\]|--[^\n]*|(\[\[[\s\S]*?\]\]|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*')|([A-Za-z_]\w*)|(0x[0-9a-fA-F]+|\d+\.?\d*(?:[eE][+-]?\d+)?)|(\.\.\.|\.\.|[=~<>]=|[-+*/%^#<>=(){}[\];:,.])/y;

const KEYWORDS = new Set(
  'and break do else elseif end false for function if in local nil not or repeat return then true until while'.split(
    ' ',
  ),
);
const BINARY = new Set('+ - * / ^ % .. < <= > >= == ~= and or'.split(' '));
const BLOCK_ENDS = new Set(['end', 'else', 'elseif', 'until', '']);

/** What is wrong, or `undefined`. */
export function luaSyntaxError(source: string): string | undefined {
  try {
    const parser = new Parser(tokens(source));
    parser.block();
    parser.expect('');
    return undefined;
  } catch (error) {
    return error instanceof SyntaxError ? error.message : String(error);
  }
}

interface Token {
  readonly kind: 'string' | 'name' | 'number' | 'sign' | 'keyword' | 'end';
  readonly text: string;
}

function tokens(source: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const match = TOKEN.exec(source);
    if (match === null) throw new SyntaxError('unexpected symbol');
    const [, string, name, number, sign] = match;
    if (string !== undefined) found.push({ kind: 'string', text: string });
    if (name !== undefined) found.push({ kind: KEYWORDS.has(name) ? 'keyword' : 'name', text: name });
    if (number !== undefined) found.push({ kind: 'number', text: number });
    if (sign !== undefined) found.push({ kind: 'sign', text: sign });
  }
  return found;
}

class Parser {
  private at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  expect(text: string): void {
    if (!this.take(text)) throw new SyntaxError(`unexpected symbol near '${this.next.text}'`);
  }

  block(): void {
    while (!BLOCK_ENDS.has(this.word)) {
      if (this.take('return')) {
        if (!BLOCK_ENDS.has(this.word) && this.word !== ';') this.expressions();
        this.take(';');
        return;
      }
      if (this.take('break')) {
        this.take(';');
        return;
      }
      this.statement();
      this.take(';');
    }
  }

  private get next(): Token {
    return this.tokens[this.at] ?? { kind: 'end', text: '' };
  }

  /** Text of a sign or keyword; a string's text is never mistaken for one. */
  private get word(): string {
    const { kind, text } = this.next;
    return kind === 'sign' || kind === 'keyword' || kind === 'end' ? text : `${kind}:`;
  }

  private take(text: string): boolean {
    if (this.word !== text) return false;
    this.at++;
    return true;
  }

  private name(): void {
    if (this.next.kind !== 'name') throw new SyntaxError(`name expected near '${this.next.text}'`);
    this.at++;
  }

  private names(): void {
    do this.name();
    while (this.take(','));
  }

  private expressions(): void {
    do this.expression();
    while (this.take(','));
  }

  private statement(): void {
    if (this.take('if')) this.ifStatement();
    else if (this.take('while')) this.whileStatement();
    else if (this.take('do')) this.bodyToEnd();
    else if (this.take('for')) this.forStatement();
    else if (this.take('repeat')) this.repeatStatement();
    else if (this.take('function')) this.functionStatement();
    else if (this.take('local')) this.localStatement();
    else this.assignmentOrCall();
  }

  private whileStatement(): void {
    this.expression();
    this.expect('do');
    this.bodyToEnd();
  }

  private repeatStatement(): void {
    this.block();
    this.expect('until');
    this.expression();
  }

  private functionStatement(): void {
    this.name();
    while (this.take('.') || this.take(':')) this.name();
    this.functionBody();
  }

  private ifStatement(): void {
    do {
      this.expression();
      this.expect('then');
      this.block();
    } while (this.take('elseif'));
    if (this.take('else')) this.block();
    this.expect('end');
  }

  private forStatement(): void {
    this.names();
    if (this.take('=')) this.expressions();
    else {
      this.expect('in');
      this.expressions();
    }
    this.expect('do');
    this.bodyToEnd();
  }

  private localStatement(): void {
    if (this.take('function')) {
      this.name();
      this.functionBody();
      return;
    }
    this.names();
    if (this.take('=')) this.expressions();
  }

  private assignmentOrCall(): void {
    const called = this.suffixed();
    if (this.word !== ',' && this.word !== '=') {
      if (!called) throw new SyntaxError(`unexpected symbol near '${this.next.text}'`);
      return;
    }
    while (this.take(',')) this.suffixed();
    this.expect('=');
    this.expressions();
  }

  private bodyToEnd(): void {
    this.block();
    this.expect('end');
  }

  private functionBody(): void {
    this.expect('(');
    if (!this.take(')')) {
      do {
        if (this.take('...')) break;
        this.name();
      } while (this.take(','));
      this.expect(')');
    }
    this.bodyToEnd();
  }

  private expression(): void {
    while (this.take('not') || this.take('-') || this.take('#'));
    if (this.take('function')) this.functionBody();
    else if (this.word === '{') this.table();
    else if (['nil', 'true', 'false', '...'].includes(this.word)) this.at++;
    else if (this.next.kind === 'string' || this.next.kind === 'number') this.at++;
    else this.suffixed();
    if (BINARY.has(this.word)) {
      this.at++;
      this.expression();
    }
  }

  /** `a.b[c]:d(e)`; tells whether it ends with a call. */
  private suffixed(): boolean {
    if (this.take('(')) {
      this.expression();
      this.expect(')');
    } else this.name();
    for (let called = false; ; ) {
      if (this.take('.')) {
        this.name();
        called = false;
      } else if (this.take('[')) {
        this.expression();
        this.expect(']');
        called = false;
      } else if (this.take(':')) {
        this.name();
        this.callArguments();
        called = true;
      } else if (this.word === '(' || this.word === '{' || this.next.kind === 'string') {
        this.callArguments();
        called = true;
      } else return called;
    }
  }

  private callArguments(): void {
    if (this.next.kind === 'string') this.at++;
    else if (this.word === '{') this.table();
    else {
      this.expect('(');
      if (!this.take(')')) {
        this.expressions();
        this.expect(')');
      }
    }
  }

  private table(): void {
    this.expect('{');
    while (!this.take('}')) {
      if (this.take('[')) {
        this.expression();
        this.expect(']');
        this.expect('=');
      } else if (this.next.kind === 'name' && this.tokens[this.at + 1]?.text === '=') this.at += 2;
      this.expression();
      if (!this.take(',') && !this.take(';')) {
        this.expect('}');
        return;
      }
    }
  }
}
