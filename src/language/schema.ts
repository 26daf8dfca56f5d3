/**
 * The one definition of the settings: types, checks, editor help and the shipped JSON Schema come
 * from it. Each check's error says what the value has to be; settingsCheck.ts makes the sentence.
 * Defaults stand as metadata here and are filled in by settings.ts, since a prompt's own mapping
 * must not bring defaults that hide the file's `train` settings.
 */
import * as z from 'zod';
import { expectPattern } from './expectations.ts';

const wholeNumber = (least: number, most: number) => {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
};

const text = (error: string) => z.string({ error }).min(1, { error });

/** One of some words, each with a sentence that explains it to people. */
const oneOf = <const T extends Readonly<Record<string, string>>>(explained: T) => {
  const names = Object.keys(explained) as (keyof T & string)[];
  return z.enum(names, { error: `one of ${names.join(', ')}` }).meta({ explained });
};

const section = 'a mapping, one "key: value" a line';

/** The learning rate or `find`. */
const learningRateError = 'a number above 0 and at most 10, or "find"';
const dropoutError = 'a number from 0 to below 1';
const clipError = 'a number from 0 (no clipping) to 1000';
const decayError = 'a number from 0 to 1';
const initError = 'random, vocabulary, labels, or run:ID';
const seedsError = 'a list of different whole numbers such as [1, 2, 3]';

/** The keys of `train`, each as it is written. */
export const trainShape = {
  encoder: oneOf({
    lstm: 'A two-layer bidirectional LSTM, then an MLP, as P-tuning was published: every vector depends on all others.',
    mlp: 'An MLP over each vector by itself: fewer weights, faster steps.',
    none: 'No network: the vectors themselves are trained.',
  }).meta({
    description:
      'Network that produces the virtual tokens while training: a bidirectional LSTM followed by an MLP, an MLP, or none (the vectors themselves are trained).',
    default: 'lstm',
  }),
  variant: oneOf({
    lama: "Half the model's width per direction, as in the code of the P-tuning authors.",
    peft: 'The width `hiddenSize` per direction, as in PEFT.',
  }).meta({
    description:
      'Widths of the encoder: "lama" takes half the model\'s width per direction, "peft" takes hiddenSize per direction.',
    default: 'lama',
  }),
  depth: oneOf({
    input: 'Vectors in place of words, at the input of the model only (P-tuning).',
    deep: 'Keys and values in every layer (P-tuning v2, prefix tuning), for models with cached keys and values.',
  }).meta({
    description:
      'Where vectors are put: at the input only (P-tuning) or in every layer (P-tuning v2).',
    default: 'input',
  }),
  hiddenSize: wholeNumber(1, 65536).meta({
    description: "Hidden width of the encoder. Default: the model's width.",
  }),
  layers: wholeNumber(1, 8).meta({ description: 'Layers of the LSTM.', default: 2 }),
  dropout: z
    .number({ error: dropoutError })
    .min(0, { error: dropoutError })
    .lt(1, { error: dropoutError })
    .meta({ description: 'Dropout between the layers of the encoder.', default: 0 }),
  init: z
    .string({ error: initError })
    .regex(/^(random|vocabulary|labels|run:\S+)$/, { error: initError })
    .meta({
      description:
        'What virtual tokens start from: random vectors, frequent tokens of the vocabulary, the label words, or another run (run:ID). Text in the template wins.',
      default: 'vocabulary',
      examples: ['vocabulary', 'random', 'labels'],
      explained: {
        vocabulary: 'The embeddings of frequent tokens of the vocabulary, drawn by the seed.',
        random: 'Random vectors, drawn by the seed.',
        labels: 'The embeddings of the label words.',
        'run:ID': 'The vectors of another run.',
      },
    }),
  steps: wholeNumber(1, 10_000_000).meta({
    description: 'Optimizer updates; in place of epochs.',
    default: 400,
  }),
  epochs: wholeNumber(1, 1_000_000).meta({
    description: 'Passes over the training examples; in place of steps.',
  }),
  batchSize: wholeNumber(1, 65536).meta({
    description: 'Examples that the model reads at once.',
    default: 16,
  }),
  accumulate: wholeNumber(1, 4096).meta({
    description:
      'Batches in a step: their gradients are added up, as if they were one batch, in the memory of a single one.',
    default: 1,
  }),
  learningRate: z
    .union(
      [
        z
          .number({ error: learningRateError })
          .gt(0, { error: learningRateError })
          .lte(10, { error: learningRateError }),
        z.literal('find', { error: learningRateError }),
      ],
      { error: learningRateError },
    )
    .meta({
      description:
        'Step size of the optimizer, or "find" for a learning-rate range test. Default: by encoder.',
      examples: [0.001, 0.01],
      explained: { find: 'A range test before the training finds the rate.' },
    }),
  schedule: oneOf({
    constant: 'The learning rate stays as it is after warming up.',
    linear: 'The learning rate falls in a straight line to 0 at the last step.',
    cosine: 'The learning rate falls to 0 along half a cosine: slowly at both ends.',
  }).meta({
    description: 'How the learning rate falls after warming up.',
    default: 'linear',
  }),
  warmupSteps: wholeNumber(0, 10_000_000).meta({
    description: 'Steps in which the learning rate rises. Default: 5 % of the steps.',
  }),
  weightDecay: z
    .number({ error: decayError })
    .min(0, { error: decayError })
    .max(1, { error: decayError })
    .meta({ description: 'Weight decay of AdamW.', default: 0.01 }),
  gradientClip: z
    .number({ error: clipError })
    .min(0, { error: clipError })
    .max(1000, { error: clipError })
    .meta({ description: 'Largest L2 norm of the gradient; 0 clips nothing.', default: 1 }),
  evaluateEvery: wholeNumber(1, 10_000_000).meta({
    description: 'Steps between two validations. Default: 5 % of the steps.',
  }),
  patience: wholeNumber(1, 1_000_000).meta({
    description: 'Validations without a better score before training stops.',
    default: 5,
  }),
  seeds: z
    .array(wholeNumber(0, 4_294_967_295), { error: seedsError })
    .min(1, { error: seedsError })
    .refine((seeds) => new Set(seeds).size === seeds.length, { error: seedsError })
    .meta({ description: 'One run for each seed.', default: [1], examples: [[1, 2, 3]] }),
} as const;

export type TrainKey = keyof typeof trainShape;

const trainSchema = z.strictObject(trainShape, { error: section }).partial();

const expectError = 'a condition such as "accuracy >= 0.8", or a list of them';
/** What stands in a condition is judged by expectations.ts, part by part. */
const condition = z.string({ error: expectError }).meta({ pattern: expectPattern });
const expectSchema = z.union([condition, z.array(condition).min(1)], { error: expectError }).meta({
  description: 'What a prompt has to reach on the test split; "ptune score --expect" checks it.',
  examples: ['accuracy >= 0.8', 'difference > 0'],
});

/** What may stand in the braces of `@prompt NAME {…}`. */
export const promptSchema = trainSchema.extend({
  expect: expectSchema.optional(),
  from: text('the path of a .safetensors file')
    .meta({ description: 'Stored vectors (.safetensors) to use instead of training.' })
    .optional(),
});

const listError = 'a list of values';
const rangeError = 'a list of values, or a range {min, max, scale}';
/** A range of values, each end one that the key itself may have. */
const sweepRange = (end: z.ZodType<number>) =>
  z
    .strictObject({
      min: end,
      max: end,
      scale: oneOf({
        linear: 'Values are drawn evenly over the range.',
        log: 'Values are drawn evenly over the powers of ten of the range.',
      }).optional(),
    })
    .refine(({ min, max }) => min < max, { error: 'a range whose min is below its max' })
    .refine(({ min, scale }) => scale !== 'log' || min > 0, {
      error: 'a range above 0, since its scale is log',
    });

/** The numbers that a key may have; undefined for one of words. */
function numbersOf(value: z.ZodType): z.ZodType<number> | undefined {
  if (value instanceof z.ZodNumber) return value;
  if (!(value instanceof z.ZodUnion)) return undefined;
  return value.options.find((option) => option instanceof z.ZodNumber);
}

/** Lists of what a key may have, and ranges of those that are numbers. */
function sweepOf(value: z.ZodType) {
  const numbers = numbersOf(value);
  const error = numbers ? rangeError : listError;
  const list = z.array(value, { error }).min(1, { error });
  return (numbers ? z.union([list, sweepRange(numbers)], { error }) : list).optional();
}

/** Every `train` key but `seeds` may be searched over. */
const sweepShape = Object.fromEntries(
  Object.entries(trainShape)
    .filter(([key]) => key !== 'seeds')
    .map(([key, value]) => [key, sweepOf(value)]),
);

const modelError =
  'a name such as bundled/mini-mlm, owner/name or ./folder, or a mapping with an id';
const modelId = text(modelError);
const splitError = 'a path, or a share of the training examples above 0 and below 1';
const split = z.union(
  [
    z.number({ error: splitError }).gt(0, { error: splitError }).lt(1, { error: splitError }),
    text(splitError),
  ],
  { error: splitError },
);
const wordError = 'a word';
const labelsError =
  'a mapping of two or more labels to their words, such as {positive: [great, good]}';

/** The front matter as it is written. Nothing is required here; parser.ts asks for what is missing. */
export const settingsSchema = z.strictObject(
  {
    model: z
      .union(
        [
          modelId,
          z.strictObject({
            id: text(modelError).meta({
              description: 'Name of the model: bundled/…, a Hub id owner/name, or a folder.',
            }),
            revision: text('a branch, tag or commit')
              .meta({ description: 'Branch, tag or commit of a model of the Hub.' })
              .optional(),
            file: text('a file name inside the model')
              .meta({ description: 'ONNX file inside the model, where there are several.' })
              .optional(),
            dtype: oneOf({
              fp32: 'Weights in single precision.',
              fp16: 'Weights in half precision: half the memory.',
              int8: 'Weights in 8 bits.',
              q4: 'Weights in 4 bits.',
            })
              .meta({
                description: 'Precision of the weights: chooses among the ONNX files of the model.',
              })
              .optional(),
            device: text('cpu or the name of an execution provider')
              .meta({
                description:
                  'Where the model runs: cpu or an execution provider that the runtime has.',
                examples: ['cpu'],
                explained: { cpu: 'The processor, on any machine.' },
              })
              .optional(),
          }),
        ],
        { error: modelError },
      )
      .meta({
        description: 'The frozen language model: bundled/…, a Hub id owner/name, or a folder.',
      })
      .optional(),
    data: z
      .strictObject(
        {
          train: text('a path').meta({ description: 'Training examples.' }).optional(),
          validation: split
            .meta({
              description: 'Examples that choose the best step, or a share of train.',
              default: 0.15,
              examples: [0.15],
            })
            .optional(),
          test: split
            .meta({
              description: 'Examples that prompts are scored on, or a share of train.',
              default: 0.2,
              examples: [0.2],
            })
            .optional(),
        },
        { error: section },
      )
      .meta({ description: 'Files (.jsonl .json .csv .tsv .parquet), relative to this file.' })
      .optional(),
    examples: z
      .array(
        z.record(z.string(), z.string({ error: 'text or a number' }), {
          error: 'a mapping of columns to values, such as {country: Peru, capital: Lima}',
        }),
        { error: 'a list of examples' },
      )
      .min(1, { error: 'a list of at least one example' })
      .meta({ description: 'Examples in the file itself, in place of data.train.' })
      .optional(),
    answer: text('the name of a column')
      .meta({ description: 'The column that the model has to produce.' })
      .optional(),
    labels: z
      .record(
        z.string(),
        z.union([text(wordError), z.array(text(wordError)).min(1)], {
          error: 'a word or a list of words',
        }),
        { error: labelsError },
      )
      .refine((labels) => Object.keys(labels).length >= 2, { error: labelsError })
      .meta({ description: 'Classification: each label with its label words.' })
      .optional(),
    candidates: text('answers, vocabulary, generate, or the path of a file with one answer a line')
      .meta({
        description:
          'What the answer is chosen among: all answers of the data, the whole vocabulary, the lines of a file, or nothing (generate).',
        default: 'answers',
        examples: ['answers', 'vocabulary', 'generate'],
        explained: {
          answers: 'Every different answer of the data is a candidate.',
          vocabulary: 'Every token of the vocabulary is a candidate.',
          generate:
            'No candidates: the model writes up to `maxTokens` tokens, which are compared by exact match and token F1. For causal and encoder-decoder models.',
        },
      })
      .optional(),
    maxTokens: wholeNumber(1, 4096)
      .meta({ description: 'Longest answer in tokens with "candidates: generate".', default: 20 })
      .optional(),
    baseline: text('the name of a prompt')
      .meta({
        description:
          'The prompt that differences are measured against. Default: the first prompt without virtual tokens.',
      })
      .optional(),
    expect: expectSchema.optional(),
    sweep: z
      .strictObject(sweepShape, { error: section })
      .meta({ description: 'Lists or ranges of train keys for "ptune sweep".' })
      .optional(),
    chat: z
      .boolean({ error: 'true or false' })
      .meta({
        description: "Wrap templates in the model's chat template.",
        default: false,
        explained: {
          true: 'Templates stand in the chat template of the model. For causal models that have one.',
          false: 'Templates are plain text.',
        },
      })
      .optional(),
    train: trainSchema.meta({ description: 'How continuous prompts are trained.' }).optional(),
  },
  { error: 'a mapping, one "key: value" a line' },
);

/** Settings whose values are words even where they look like numbers: 007 stays 007. */
export const verbatimSettings: ReadonlySet<string> = new Set([
  'examples',
  'labels',
  'answer',
  'baseline',
]);

export type WrittenSettings = z.infer<typeof settingsSchema>;
export type WrittenTrain = z.infer<typeof trainSchema>;
export type WrittenPromptMapping = z.infer<typeof promptSchema>;
