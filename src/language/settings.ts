/** The settings of a file with their defaults filled in; schema.ts says how they are written. */
import { type ExpectMetric, expectationsFrom } from './expectations.ts';
import type { TrainKey, WrittenSettings, WrittenTrain } from './schema.ts';

/** The frozen model: `bundled/…`, a Hub id `owner/name`, or a folder relative to the file. */
export interface ModelSetting {
  readonly id: string;
  readonly revision?: string;
  /** The ONNX file inside the model. */
  readonly file?: string;
  readonly dtype?: 'fp32' | 'fp16' | 'int8' | 'q4';
  /** `cpu` or the name of an execution provider. */
  readonly device?: string;
}

/** Paths relative to the file; a number is a share of the training examples, 0 … 1. */
export interface DataSettings {
  readonly train: string | undefined;
  readonly validation: string | number;
  readonly test: string | number;
}

/** A label of a classification and the label words that stand for it. */
export interface Label {
  readonly name: string;
  readonly words: readonly string[];
}

/** What an answer is chosen among. */
export type CandidateSetting =
  | { readonly kind: 'answers' | 'vocabulary' | 'generate' }
  | { readonly kind: 'file'; readonly path: string };

/** A threshold, such as accuracy >= 0.8; `value` is a share where the metric is one. */
export interface Expectation {
  readonly metric: ExpectMetric;
  readonly comparison: '>=' | '<=' | '>' | '<';
  readonly value: number;
}

/** Values to try: a list, or a range from which to draw. */
export type SweepValues =
  | { readonly kind: 'list'; readonly values: readonly unknown[] }
  | {
      readonly kind: 'range';
      readonly min: number;
      readonly max: number;
      readonly scale: 'linear' | 'log';
    };

/** What virtual tokens start from. */
export type Init = 'random' | 'vocabulary' | 'labels' | `run:${string}`;

/** How one continuous prompt is trained. Exactly one of `steps` and `epochs` is set. */
export interface TrainSettings {
  readonly encoder: 'lstm' | 'mlp' | 'none';
  readonly variant: 'lama' | 'peft';
  readonly depth: 'input' | 'deep';
  /** Undefined: the model's width. */
  readonly hiddenSize: number | undefined;
  readonly layers: number;
  readonly dropout: number;
  readonly init: Init;
  readonly steps: number | undefined;
  readonly epochs: number | undefined;
  readonly batchSize: number;
  /** Batches in a step. */
  readonly accumulate: number;
  /** Undefined: the encoder's default. */
  readonly learningRate: number | 'find' | undefined;
  readonly schedule: 'constant' | 'linear' | 'cosine';
  /** Undefined: 5 % of the steps. */
  readonly warmupSteps: number | undefined;
  readonly weightDecay: number;
  /** Largest L2 norm of the gradient; 0 clips nothing. */
  readonly gradientClip: number;
  /** Undefined: 5 % of the steps. */
  readonly evaluateEvery: number | undefined;
  /** Validations without a better score before training stops. */
  readonly patience: number;
  readonly seeds: readonly number[];
}

export interface Settings {
  /** Undefined when missing, which is a diagnostic. */
  readonly model: ModelSetting | undefined;
  readonly data: DataSettings;
  /** Examples in the file itself, in place of `data.train`. */
  readonly examples: readonly Readonly<Record<string, string>>[] | undefined;
  /** Undefined when missing, which is a diagnostic. */
  readonly answer: string | undefined;
  /** Present for classification; labels that are whole numbers come first, ascending. */
  readonly labels: readonly Label[] | undefined;
  readonly candidates: CandidateSetting;
  /** Longest generated answer, in tokens. */
  readonly maxTokens: number;
  /** As written; `baselinePrompt` says which prompt it is. */
  readonly baseline: string | undefined;
  readonly expect: readonly Expectation[];
  readonly sweep: ReadonlyMap<TrainKey, SweepValues>;
  readonly chat: boolean;
  readonly train: TrainSettings;
}

/** Shares of the training examples that are set aside where the settings name no other. */
export const defaultShares = { validation: 0.15, test: 0.2 } as const;

const trainDefaults: TrainSettings = {
  encoder: 'lstm',
  variant: 'lama',
  depth: 'input',
  hiddenSize: undefined,
  layers: 2,
  dropout: 0,
  init: 'vocabulary',
  steps: 400,
  epochs: undefined,
  batchSize: 16,
  accumulate: 1,
  learningRate: undefined,
  schedule: 'linear',
  warmupSteps: undefined,
  weightDecay: 0.01,
  gradientClip: 1,
  evaluateEvery: undefined,
  patience: 5,
  seeds: [1],
};

/** The settings that `written` means. */
export function settingsFrom(written: WrittenSettings): Settings {
  const { model, data, labels, sweep } = written;
  return {
    model: typeof model === 'string' ? { id: model } : (model as ModelSetting | undefined),
    data: {
      train: data?.train,
      validation: data?.validation ?? defaultShares.validation,
      test: data?.test ?? defaultShares.test,
    },
    examples: written.examples,
    answer: written.answer,
    labels:
      labels &&
      Object.entries(labels).map(([name, words]) => ({
        name,
        words: typeof words === 'string' ? [words] : words,
      })),
    candidates: candidatesFrom(written.candidates),
    maxTokens: written.maxTokens ?? 20,
    baseline: written.baseline,
    expect: expectationsFrom(written.expect),
    sweep: new Map(
      Object.entries(sweep ?? {}).map(([key, values]) => [key as TrainKey, sweepFrom(values)]),
    ),
    chat: written.chat ?? false,
    train: trainFrom(written.train ?? {}, trainDefaults),
  };
}

/** `written` over `base`; the one of `steps` and `epochs` that is written replaces the other. */
export function trainFrom(written: WrittenTrain, base: TrainSettings): TrainSettings {
  const set = Object.fromEntries(
    Object.entries(written).filter(([key, value]) => key in base && value !== undefined),
  );
  const merged = { ...base, ...set };
  if (written.steps !== undefined) return { ...merged, epochs: undefined };
  if (written.epochs !== undefined) return { ...merged, steps: undefined };
  return merged;
}

function candidatesFrom(written: string | undefined): CandidateSetting {
  switch (written) {
    case undefined:
    case 'answers':
      return { kind: 'answers' };
    case 'vocabulary':
    case 'generate':
      return { kind: written };
    default:
      return { kind: 'file', path: written };
  }
}

function sweepFrom(written: unknown): SweepValues {
  if (Array.isArray(written)) return { kind: 'list', values: written };
  const { min, max, scale } = written as { min: number; max: number; scale?: 'linear' | 'log' };
  return { kind: 'range', min, max, scale: scale ?? 'linear' };
}
