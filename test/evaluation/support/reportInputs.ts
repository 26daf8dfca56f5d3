/**
 * A made-up evaluation for tests of the report: the numbers come from a seeded generator and belong
 * to no model.
 */
import { Random } from '../../../src/base/random.ts';
import type { ReportInputs, ReportPrompt, ReportRun } from '../../../src/evaluation/report.ts';
import type { Fingerprint } from '../../../src/protocol/fingerprint.ts';
import type { Prediction } from '../../../src/protocol/predictions.ts';
import type { NearToken, StoredRun, VirtualTokenReport } from '../../../src/protocol/report.ts';

const facts =
  'Peru Lima, Japan Tokyo, Kenya Nairobi, Norway Oslo, Egypt Cairo, Cuba Havana, Ghana Accra, ' +
  'Spain Madrid, Italy Rome, Greece Athens, Poland Warsaw, Austria Vienna, Hungary Budapest, ' +
  'Finland Helsinki, Sweden Stockholm, Denmark Copenhagen, Ireland Dublin, Portugal Lisbon, ' +
  'Turkey Ankara, Iran Tehran, Iraq Baghdad, India Delhi, Nepal Kathmandu, Thailand Bangkok, ' +
  'Vietnam Hanoi, China Beijing, Russia Moscow, Ukraine Kyiv, Romania Bucharest, Serbia Belgrade, ' +
  'Croatia Zagreb, Chile Santiago, Ecuador Quito, Bolivia Sucre, Colombia Bogotá, Canada Ottawa, ' +
  'Jamaica Kingston, Morocco Rabat, Algeria Algiers, Tunisia Tunis, Senegal Dakar, Mali Bamako, ' +
  'Nigeria Abuja, Uganda Kampala, Rwanda Kigali, Angola Luanda, Zambia Lusaka, Zimbabwe Harare, ' +
  'Australia Canberra, Fiji Suva, Iceland Reykjavik, Estonia Tallinn, Latvia Riga, ' +
  'Lithuania Vilnius, Slovakia Bratislava, Slovenia Ljubljana, Bulgaria Sofia';

const examples = facts.split(', ').map((fact) => {
  const [country = '', capital = ''] = fact.split(' ');
  return { inputs: { country }, answer: capital };
});

/** A prediction for every example, about `accuracy` of them right. */
function predictionsOf(accuracy: number, random: Random): Prediction[] {
  const right = Math.round(accuracy * examples.length);
  const order = random.shuffled(examples.map((_, i) => i));
  return examples.map(({ answer }, example) => {
    const correct = order.indexOf(example) < right;
    const other = examples[(example + 1 + random.integer(examples.length - 1)) % examples.length]!;
    const sure = 0.2 + 0.75 * random.uniform() * accuracy;
    return {
      example,
      answer,
      predicted: correct ? answer : other.answer,
      correct,
      rank: correct ? 1 : 2 + random.integer(9),
      probability: correct ? sure : sure * random.uniform() * 0.8,
      predictedProbability: sure,
      loss: correct ? -Math.log(sure) : 1.5 + 2 * random.uniform(),
    };
  });
}

const neighbors: readonly (readonly string[])[] = [
  ['capital', 'city', 'seat', '##ital', 'town'],
  ['is', 'lies', 'was', 'has', 'called'],
  ['located', 'found', 'named', 'situated', 'in'],
  ['town', 'city', 'village', 'place', 'capital'],
  ['"', ':', '::', ',', ';'],
  ['.', '!', '?', ';', '<b>&'],
];

function tokensNear(names: readonly string[], first: number, step: number): NearToken[] {
  const all = neighbors.flat();
  return names.map((token, i) => ({
    token,
    id: 100 + all.indexOf(token),
    similarity: first - step * i,
  }));
}

function virtualTokens(random: Random): VirtualTokenReport[] {
  return neighbors.map((names, index) => ({
    index,
    group: index < 3 ? 0 : 1,
    ...(index === 0 && { startedFrom: 'the', name: 'head' }),
    ...(index === 5 && { startedFrom: '.' }),
    unmoved: index === 5,
    norm: 1 + random.uniform(),
    normPercentile: 0.3 + 0.7 * random.uniform(),
    nearest: tokensNear(names, 0.66 - 0.07 * index, 0.04 + 0.02 * random.uniform()),
    nearestBy: {
      dot: tokensNear(random.shuffled(names), 2.4 - 0.2 * index, 0.2),
      l2: tokensNear(names, -0.8 - 0.1 * index, 0.1),
    },
  }));
}

function runOf(prompt: string, seed: number, accuracy: number, overfits = false): ReportRun {
  const random = new Random(seed * 7919);
  const curve = Array.from({ length: 400 }, (_, i) => ({
    step: i + 1,
    loss: 0.15 + 2.8 * Math.exp(-i / 70) + 0.2 * random.uniform() * Math.exp(-i / 300),
  }));
  const lossAt = (step: number) =>
    0.35 + 2.4 * Math.exp(-step / 80) + (overfits ? Math.max(0, step - 120) / 400 : 0);
  const validation = Array.from({ length: 20 }, (_, i) => {
    const step = (i + 1) * 20;
    const share = accuracy * (1 - Math.exp(-step / 90)) + 0.03 * random.normal();
    const accuracyAt = Math.round(Math.min(1, Math.max(0, share)) * 19) / 19;
    return {
      step,
      accuracy: accuracyAt,
      loss: lossAt(step) + 0.04 * random.uniform(),
      best: false,
    };
  });
  return {
    run: `20261102-101${seed}00-${prompt}-seed${seed}`,
    seed,
    status: 'completed',
    bestStep: 300 + 20 * seed,
    steps: 400,
    seconds: 11.4 + seed / 5,
    curve,
    validation: validation.map((point) => ({ ...point, best: point.step === 300 + 20 * seed })),
    virtualTokens: virtualTokens(random),
    predictions: predictionsOf(accuracy, random),
  };
}

const resumedRun: ReportRun = { ...runOf('learned', 3, 0.93), resumedAfter: [120] };

function fingerprintOf(name: string): Fingerprint {
  const hash = (part: string) =>
    Array.from({ length: 64 }, (_, i) => ((name + part).charCodeAt(i % 5) * (i + 7)) % 16)
      .map((digit) => digit.toString(16))
      .join('');
  return {
    template: hash('template'),
    settings: hash('settings'),
    data: hash('data'),
    model: hash('model'),
  };
}

function discrete(name: string, template: string, accuracy: number, seed: number): ReportPrompt {
  const predictions = predictionsOf(accuracy, new Random(seed));
  return {
    name,
    kind: 'discrete',
    template,
    settings: {},
    fingerprint: fingerprintOf(name),
    predictions,
  };
}

const storedRuns: readonly StoredRun[] = [
  {
    run: '20261102-101300-learned-seed3',
    prompt: 'learned',
    seed: 3,
    startedAt: '2026-11-02T10:13:00.000Z',
    template: '{*head:3} {country} {*3} {capital} .',
    settings: { prompt: 'learned', seed: '3', encoder: 'lstm', steps: '400' },
    outcome: { status: 'completed', 'kept step': '360', resumed: 'resumed after step 120' },
    score: { n: 57, accuracy: 0.93, interval: [0.83, 0.97], loss: 0.3 },
  },
  {
    run: '20261102-101200-learned-seed2',
    prompt: 'learned',
    seed: 2,
    startedAt: '2026-11-02T10:12:00.000Z',
    template: '{*head:3} {country} {*3} {capital} .',
    settings: { prompt: 'learned', seed: '2', encoder: 'lstm', steps: '400' },
    outcome: { status: 'completed', 'kept step': '340', resumed: 'no' },
    score: { n: 57, accuracy: 0.93, interval: [0.83, 0.97], loss: 0.3 },
  },
  {
    run: '20261101-090000-learned-seed1',
    name: 'without encoder',
    prompt: 'learned',
    seed: 1,
    startedAt: '2026-11-01T09:00:00.000Z',
    template: '{*2} {country} {capital} .',
    settings: { prompt: 'learned', seed: '1', encoder: 'none', steps: '400' },
    outcome: { status: 'completed', 'kept step': '200', resumed: 'no' },
    score: { n: 57, accuracy: 0.6, interval: [0.47, 0.71], loss: 1.3 },
  },
];

/** Two wordings and a learned prompt of three seeds that is far better, over 57 examples. */
export function capitalsInputs(): ReportInputs {
  return {
    file: 'capitals.ptune',
    model: { id: 'bundled/mini-mlm', sha256: 'c0ffee'.repeat(10) + '0123' },
    split: 'test',
    candidates: { kind: 'answers', count: 57 },
    baseline: 'manual',
    examples,
    metric: 'cosine',
    createdAt: new Date('2026-11-02T10:15:00Z'),
    versions: { ptune: '0.1.0', onnxruntime: '1.30.0', node: '20.18.0' },
    storedRuns,
    prompts: [
      discrete('manual', 'The capital of {country} is {capital}.', 0.42, 1),
      discrete('inverse', '{capital} is the capital of {country}.', 0.63, 2),
      {
        name: 'learned',
        kind: 'continuous',
        template: '{*head:3} {country} {*3} {capital} .',
        settings: { encoder: 'lstm', steps: '400', 'batch size': '16', 'learning rate': '0.01' },
        fingerprint: fingerprintOf('learned'),
        runs: [runOf('learned', 1, 0.91), runOf('learned', 2, 0.93), resumedRun],
        reading: {
          template: 'capital is located {country} town " . {capital} .',
          scores: { learned: 0.93, empty: 0.05, text: 0.12, random: 0.04 },
          retained: 0.08,
          retainedInterval: [0.01, 0.17],
          retainedAtRandom: -0.01,
          sentence: 'The nearest tokens keep 8 % of the gain.',
          meaning: 'Read them as a hint, not as the prompt.',
        },
      },
    ],
  };
}

/** A learned prompt that is no better than the baseline and overfitted. */
export function undecidedInputs(): ReportInputs {
  const inputs = capitalsInputs();
  const learned: ReportPrompt = {
    name: 'learned',
    kind: 'continuous',
    template: '{*20} {country} {capital} .',
    settings: { encoder: 'none', steps: '400' },
    fingerprint: fingerprintOf('learned'),
    runs: [runOf('learned', 1, 0.46, true)],
  };
  return { ...inputs, prompts: [inputs.prompts[0]!, learned] };
}

/** A classification into three labels. */
export function classificationInputs(): ReportInputs {
  const labels = ['positive', 'neutral', 'negative'];
  const random = new Random(4);
  const reviews = Array.from({ length: 60 }, (_, i) => ({
    inputs: { review: `Review number ${i + 1}, with “quotes” & <markup> to show as text.` },
    answer: labels[i % 3]!,
  }));
  const answersWith = (accuracy: number): Prediction[] =>
    reviews.map(({ answer }, example) => {
      const correct = random.uniform() < accuracy;
      const predicted = correct ? answer : labels[(labels.indexOf(answer) + 1) % 3]!;
      return {
        example,
        answer,
        predicted,
        correct,
        rank: correct ? 1 : 2,
        probability: correct ? 0.7 : 0.2,
        predictedProbability: 0.7,
        loss: correct ? 0.36 : 1.6,
      };
    });
  const [manual, , learned] = capitalsInputs().prompts;
  if (manual?.kind !== 'discrete' || learned?.kind !== 'continuous') throw new Error('fixture');
  return {
    ...capitalsInputs(),
    file: 'reviews.ptune',
    labels,
    candidates: { kind: 'labels', count: 3 },
    examples: reviews,
    prompts: [
      { ...manual, predictions: answersWith(0.5) },
      { ...learned, runs: learned.runs.map((run) => ({ ...run, predictions: answersWith(0.85) })) },
    ],
  };
}

/**
 * Capitals that the model writes freely: right ones with and without a full stop, one answer without a
 * letter, one that says "(empty)", and wrong ones far down the vocabulary.
 */
export function writtenInputs(): ReportInputs {
  const inputs = capitalsInputs();
  const asWritten = (predictions: readonly Prediction[], end: string): Prediction[] =>
    predictions.map((one) => {
      const said = ['', '(empty)'][one.example - 2];
      const correct = one.example === 0 || (one.example > 3 && one.correct);
      const predicted = said ?? (correct ? one.answer : `Nowhere${end}`);
      return {
        ...one,
        correct,
        predicted: correct ? `${one.answer}${end}` : predicted,
        rank: correct ? 1 : 1382,
        f1: Number(correct),
      };
    });
  return {
    ...inputs,
    file: 'written.ptune',
    candidates: { kind: 'generate', count: 0 },
    prompts: inputs.prompts.map((prompt, i) =>
      prompt.kind === 'discrete'
        ? { ...prompt, predictions: asWritten(prompt.predictions, i === 0 ? '.' : '') }
        : {
            ...prompt,
            runs: prompt.runs.map((run) => ({
              ...run,
              predictions: asWritten(run.predictions, ''),
            })),
          },
    ),
  };
}
