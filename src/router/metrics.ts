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

/** One combination of label values, with what is kept of it. */
interface Series<T> {
  readonly values: readonly string[];
  readonly kept: T;
}

/** Where the label values so far lead. */
class Step<T> {
  series: Series<T> | undefined;
  private readonly next = new Map<string, Step<T>>();

  /** With one more label value. */
  to(value: string): Step<T> {
    let step = this.next.get(value);
    if (step === undefined) {
      step = new Step<T>();
      this.next.set(value, step);
    }
    return step;
  }
}

/** Every series of a metric. One is found label by label, several times a request: no key is made for that. */
class AllSeries<T> {
  private readonly first = new Step<T>();
  private readonly inOrder: Series<T>[] = [];

  /** @param begin makes what is kept of a new series */
  constructor(private readonly begin: () => T) {}

  of(values: readonly string[]): T {
    let step = this.first;
    for (let at = 0; at < values.length; at++) step = step.to(values[at] as string);
    if (step.series === undefined) {
      step.series = { values: [...values], kept: this.begin() };
      this.inOrder.push(step.series);
    }
    return step.series.kept;
  }

  /** As they came. */
  [Symbol.iterator](): IterableIterator<Series<T>> {
    return this.inOrder.values();
  }
}

/** A number that only grows, for each combination of label values. */
export class Counter implements Metric {
  readonly type = 'counter';
  private readonly series = new AllSeries(() => ({ total: 0 }));

  constructor(
    readonly name: string,
    readonly help: string,
    readonly labels: readonly string[],
  ) {
    if (labels.length === 0) this.series.of([]);
  }

  add(values: readonly string[], amount = 1): void {
    this.series.of(values).total += amount;
  }

  render(): string {
    let text = head(this);
    for (const { values, kept } of this.series)
      text += `${this.name}${labelText(this.labels, values)} ${kept.total}\n`;
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
    const lines = values.map(([labels, value]) => `${this.name}${labelText(this.labels, labels)} ${value}\n`);
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
  private readonly series: AllSeries<Observations>;

  /** @param bounds upper bounds, ascending; the last bucket, without a bound, is added */
  constructor(
    readonly name: string,
    readonly help: string,
    readonly labels: readonly string[],
    readonly bounds: readonly number[],
  ) {
    this.series = new AllSeries(() => ({ counts: new Array<number>(bounds.length + 1).fill(0), sum: 0 }));
  }

  observe(values: readonly string[], amount: number): void {
    const found = this.series.of(values);
    let bucket = 0;
    while (bucket < this.bounds.length && amount > (this.bounds[bucket] as number)) bucket++;
    (found.counts[bucket] as number)++;
    found.sum += amount;
  }

  render(): string {
    let text = head(this);
    for (const { values, kept } of this.series) {
      const { counts, sum } = kept;
      let total = 0;
      for (let bucket = 0; bucket < counts.length; bucket++) {
        total += counts[bucket] as number;
        const bound = bucket < this.bounds.length ? String(this.bounds[bucket]) : '+Inf';
        const labels = labelText([...this.labels, 'le'], [...values, bound]);
        text += `${this.name}_bucket${labels} ${total}\n`;
      }
      const labels = labelText(this.labels, values);
      text += `${this.name}_sum${labels} ${sum}\n${this.name}_count${labels} ${total}\n`;
    }
    return text;
  }
}

function head({ name, help, type }: MetricInfo): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
}

function labelText(labels: readonly string[], values: readonly string[]): string {
  if (labels.length === 0) return '';
  return `{${labels.map((label, index) => `${label}="${escaped(values[index] ?? '')}"`).join(',')}}`;
}

function escaped(value: string): string {
  return value.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));
}
