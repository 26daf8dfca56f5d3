/** How a prompt was trained, as label → value for people. */
import { listed } from '../base/format.ts';
import type { Prompt } from '../language/ast.ts';
import type { RangeTestEvent } from '../protocol/events.ts';

/** The settings of a continuous prompt, with the range tests of its runs where it has some. */
export function settingsForPeople(
  { train }: Prompt,
  tests: readonly RangeTestEvent[] = [],
): Record<string, string> {
  const { encoder, variant, init, batchSize, schedule, steps, epochs, learningRate } = train;
  const found = listed(tests.map((test) => `${test.learningRate} (seed ${test.seed})`));
  const rate = learningRate === 'find' ? `found: ${found}` : (learningRate ?? 'default');
  return {
    ...(train.depth === 'deep' && { depth: 'keys and values of every layer' }),
    encoder: encoder === 'none' ? 'none' : `${encoder} (${variant})`,
    ...(train.dropout > 0 && { dropout: String(train.dropout) }),
    init,
    ...(steps === undefined ? { epochs: String(epochs) } : { steps: String(steps) }),
    'batch size':
      train.accumulate > 1 ? `${batchSize}, ${train.accumulate} in a step` : String(batchSize),
    'learning rate': `${rate}, ${schedule}`,
    ...Object.fromEntries(
      tests.map((test) => [`range test, seed ${test.seed}`, curveText(test.curve)]),
    ),
  };
}

/** About one point for each factor of ten. */
function curveText(curve: RangeTestEvent['curve']): string {
  const chosen = curve.filter(({ learningRate }, i) => {
    const previous = curve[i - 1];
    const decade = (rate: number) => Math.floor(Math.log10(rate) + 1e-9);
    return (
      previous === undefined ||
      i === curve.length - 1 ||
      decade(previous.learningRate) < decade(learningRate)
    );
  });
  const points = chosen.map(
    ({ learningRate, loss }) => `${learningRate.toPrecision(2)}: ${loss.toFixed(2)}`,
  );
  return `loss by rate ${points.join(', ')}`;
}
