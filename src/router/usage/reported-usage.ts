/**
 * What backends say of the model tokens of an answer, in the words of three APIs:
 *
 *     OpenAI Chat Completions   usage            prompt_tokens, completion_tokens, total_tokens
 *     OpenAI Responses          usage            input_tokens, output_tokens, total_tokens; also under "response"
 *     Anthropic Messages        usage            input_tokens, output_tokens, cache_…_input_tokens; also under "message"
 *
 * Numbers in a stream are totals up to there, so that the largest of each counts.
 */

/** Members of a `usage` object that count. */
export type UsageField =
  | 'prompt_tokens'
  | 'completion_tokens'
  | 'total_tokens'
  | 'input_tokens'
  | 'output_tokens'
  | 'cache_creation_input_tokens'
  | 'cache_read_input_tokens';

const FIELDS: ReadonlySet<string> = new Set<UsageField>([
  'prompt_tokens',
  'completion_tokens',
  'total_tokens',
  'input_tokens',
  'output_tokens',
  'cache_creation_input_tokens',
  'cache_read_input_tokens',
]);

/** Whether a member of `usage` counts. */
export function isUsageField(name: string): name is UsageField {
  return FIELDS.has(name);
}

/** Gathers the numbers of one answer. */
export class ReportedUsage {
  private readonly most = new Map<UsageField, number>();

  report(field: UsageField, tokens: number): void {
    this.most.set(field, Math.max(tokens, this.of(field)));
  }

  /** Whether anything was reported. */
  get known(): boolean {
    return this.most.size > 0;
  }

  /** Tokens that the model has read; what came out of its cache is among them. */
  get input(): number {
    // OpenAI's prompt tokens hold the cached ones, Anthropic's input tokens do not.
    if (this.most.has('prompt_tokens') || this.most.has('total_tokens')) {
      return Math.max(this.of('prompt_tokens'), this.of('input_tokens'));
    }
    const cached = this.of('cache_creation_input_tokens') + this.of('cache_read_input_tokens');
    return this.of('input_tokens') + cached;
  }

  /** Tokens that the model has written. */
  get output(): number {
    return Math.max(this.of('completion_tokens'), this.of('output_tokens'));
  }

  /** All tokens of the answer. */
  get total(): number {
    return Math.max(this.of('total_tokens'), this.input + this.output);
  }

  private of(field: UsageField): number {
    return this.most.get(field) ?? 0;
  }
}
