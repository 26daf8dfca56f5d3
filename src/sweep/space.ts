/** What a sweep chooses from: the values of each key, in a row or drawn. */
import { Random } from '../base/random.ts';
import { type TrainKey, trainShape } from '../language/schema.ts';
import type { SweepValues } from '../language/settings.ts';

/** One value for each swept key, in the order of the language. */
export type Choice = Readonly<Partial<Record<TrainKey, unknown>>>;

/** The values of one key: those of a list, the whole numbers of a range, or all its numbers. */
export type Dimension =
  | { readonly key: TrainKey; readonly kind: 'list'; readonly values: readonly unknown[] }
  | {
      readonly key: TrainKey;
      readonly kind: 'whole' | 'real';
      readonly min: number;
      readonly max: number;
      readonly scale: 'linear' | 'log';
    };

/** The dimensions of a file's `sweep`; a value that stands twice in a list counts once. */
export function dimensionsOf(sweep: ReadonlyMap<TrainKey, SweepValues>): Dimension[] {
  return [...sweep].map(([key, values]): Dimension => {
    if (values.kind === 'list') return { key, kind: 'list', values: distinct(values.values) };
    const { min, max, scale } = values;
    if (!takesWholeNumbers(key)) return { key, kind: 'real', min, max, scale };
    return { key, kind: 'whole', min: Math.ceil(min), max: Math.floor(max), scale };
  });
}

/** How many choices there are; Infinity where a range has no end of numbers. */
export function sizeOf(dimensions: readonly Dimension[]): number {
  return dimensions.reduce((size, dimension) => size * countOf(dimension), 1);
}

/** Every choice of a finite space, the last key changing fastest. */
export function* everyChoice(dimensions: readonly Dimension[]): Generator<Choice> {
  const [first, ...rest] = dimensions;
  if (first === undefined) {
    yield {};
    return;
  }
  for (let i = 0; i < countOf(first); i++) {
    const value = first.kind === 'list' ? first.values[i] : first.min + i;
    for (const others of everyChoice(rest)) yield { [first.key]: value, ...others };
  }
}

/**
 * Choices without end, some of them more than once. They are spread evenly over the space, each one
 * where the ones before left room (the additive recurrence of Roberts 2018, its start drawn by the
 * seed), so that the first ten of twenty are the ten that would be drawn alone.
 */
export function* drawnChoices(dimensions: readonly Dimension[], seed: number): Generator<Choice> {
  const random = new Random(seed);
  const starts = dimensions.map(() => random.uniform());
  const strides = stridesOf(dimensions.length);
  for (let n = 0; ; n++) {
    yield Object.fromEntries(
      dimensions.map((dimension, i) => [
        dimension.key,
        valueAt(dimension, (starts[i]! + n * strides[i]!) % 1),
      ]),
    );
  }
}

/** The value of a dimension at a share of its way, 0 up to but not including 1. */
export function valueAt(dimension: Dimension, share: number): unknown {
  if (dimension.kind === 'list') {
    return dimension.values[Math.floor(share * dimension.values.length)];
  }
  const { kind, min, max, scale } = dimension;
  const clamped = (value: number) => Math.min(max, Math.max(min, value));
  // Every whole number has a part of its own of the way, the last one, too.
  const end = kind === 'whole' ? max + 1 : max;
  const value = scale === 'log' ? min * (end / min) ** share : min + share * (end - min);
  if (kind === 'whole') return clamped(Math.floor(value));
  return clamped(rounded(value, dimension));
}

/** A number that a person can read and paste: a thousandth of the range is told apart. */
function rounded(value: number, { min, max, scale }: { min: number; max: number; scale: string }) {
  if (scale === 'log') {
    const digits = 1 - Math.floor(Math.log10(Math.log(max / min) / 1000));
    return Number(value.toPrecision(Math.min(15, Math.max(3, digits))));
  }
  const places = -Math.floor(Math.log10((max - min) / 1000));
  return Number(value.toFixed(Math.min(20, Math.max(0, places))));
}

function countOf(dimension: Dimension): number {
  switch (dimension.kind) {
    case 'list':
      return dimension.values.length;
    case 'whole':
      return dimension.max - dimension.min + 1;
    case 'real':
      return Infinity;
  }
}

/** The powers of 1/g, where g is the positive root of x^(d+1) = x + 1, the golden ratio for d = 1. */
function stridesOf(count: number): number[] {
  let root = 2;
  for (let i = 0; i < 64; i++) root = (1 + root) ** (1 / (count + 1));
  return Array.from({ length: count }, (_, i) => root ** -(i + 1));
}

function takesWholeNumbers(key: TrainKey): boolean {
  return !trainShape[key].safeParse(0.5).success;
}

function distinct(values: readonly unknown[]): unknown[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
