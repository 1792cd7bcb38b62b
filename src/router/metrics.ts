/**
 * A small registry of metrics in the text format 0.0.4 of Prometheus. Whoever adds to a series gives its label values
 * in the order of the label names, and takes them from a bounded set: a series is kept for as long as the process lives.
 */

/** What a scrape and `docs/metrics.md` say of a metric. */
export interface MetricInfo {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** Names of labels, in the order in which values are given. */
  readonly labels: readonly string[];
}

/** Something that can be scraped. */
export interface Metric extends MetricInfo {
  /** The lines of the metric, each with its line end. */
  render(): string;
}

/** Between label values in a key; no name in a model has it. */
const SEPARATOR = '\n';

/** A number that only grows, for each combination of label values. */
export class Counter implements Metric {
  readonly type = 'counter';
  private readonly series = new Map<string, number>();

  constructor(
    readonly name: string,
    readonly help: string,
    readonly labels: readonly string[],
  ) {
    if (labels.length === 0) this.series.set('', 0);
  }

  add(values: readonly string[], amount = 1): void {
    const key = values.join(SEPARATOR);
    this.series.set(key, (this.series.get(key) ?? 0) + amount);
  }

  render(): string {
    let text = head(this);
    for (const [key, value] of this.series) text += `${this.name}${labelText(this.labels, key)} ${value}\n`;
    return text;
  }
}

/** A value that is asked for when somebody looks; `undefined` leaves the series out. */
export class Gauge implements Metric {
  readonly type = 'gauge';
  readonly labels: readonly string[] = [];

  constructor(
    readonly name: string,
    readonly help: string,
    private readonly value: () => number | undefined,
  ) {}

  render(): string {
    const value = this.value();
    return value === undefined ? '' : `${head(this)}${this.name} ${value}\n`;
  }
}

/** Values that are asked for when somebody looks, for each combination of label values. */
export class LabelledGauge implements Metric {
  readonly type = 'gauge';

  constructor(
    readonly name: string,
    readonly help: string,
    readonly labels: readonly string[],
    private readonly values: () => readonly (readonly [readonly string[], number])[],
  ) {}

  render(): string {
    const values = this.values();
    if (values.length === 0) return '';
    const lines = values.map(
      ([labels, value]) => `${this.name}${labelText(this.labels, labels.join(SEPARATOR))} ${value}\n`,
    );
    return head(this) + lines.join('');
  }
}

interface Observations {
  readonly counts: number[];
  sum: number;
}

/** How many observations were up to each bound, for each combination of label values. */
export class Histogram implements Metric {
  readonly type = 'histogram';
  private readonly series = new Map<string, Observations>();

  /** @param bounds upper bounds, ascending; the last bucket, without a bound, is added */
  constructor(
    readonly name: string,
    readonly help: string,
    readonly labels: readonly string[],
    readonly bounds: readonly number[],
  ) {}

  observe(values: readonly string[], amount: number): void {
    const key = values.join(SEPARATOR);
    let found = this.series.get(key);
    if (found === undefined) {
      found = { counts: new Array<number>(this.bounds.length + 1).fill(0), sum: 0 };
      this.series.set(key, found);
    }
    let bucket = 0;
    while (bucket < this.bounds.length && amount > (this.bounds[bucket] as number)) bucket++;
    (found.counts[bucket] as number)++;
    found.sum += amount;
  }

  render(): string {
    let text = head(this);
    for (const [key, { counts, sum }] of this.series) {
      let total = 0;
      for (let bucket = 0; bucket < counts.length; bucket++) {
        total += counts[bucket] as number;
        const bound = bucket < this.bounds.length ? String(this.bounds[bucket]) : '+Inf';
        const labels = labelText([...this.labels, 'le'], `${key}${SEPARATOR}${bound}`);
        text += `${this.name}_bucket${labels} ${total}\n`;
      }
      const labels = labelText(this.labels, key);
      text += `${this.name}_sum${labels} ${sum}\n${this.name}_count${labels} ${total}\n`;
    }
    return text;
  }
}

function head({ name, help, type }: MetricInfo): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
}

function labelText(labels: readonly string[], key: string): string {
  if (labels.length === 0) return '';
  const values = key.split(SEPARATOR);
  return `{${labels.map((label, index) => `${label}="${escaped(values[index] ?? '')}"`).join(',')}}`;
}

function escaped(value: string): string {
  return value.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));
}
