/** Whether a training began to learn its examples by heart, read from its curves. */
import type { CurvePoint, ValidationPoint } from '../protocol/report.ts';
import { meanOf } from './statistics.ts';

/** Validation loss has to rise by this share of its least value before it is called a rise. */
const riseShare = 0.1;
/** And by this many nats, since a tenth of a tiny loss is noise. */
const riseNats = 0.05;

/**
 * The step of the least validation loss when validation loss rose after it (its last two values
 * lie at least a tenth and 0.05 nats higher, on the mean) while training loss fell; undefined when
 * it did not, or fewer than two validations came after.
 */
export function overfitAfter(
  curve: readonly CurvePoint[],
  validation: readonly ValidationPoint[],
): number | undefined {
  if (validation.length < 3) return undefined;
  const least = validation.reduce((a, b) => (b.loss < a.loss ? b : a));
  const lastTwo = validation.slice(-2);
  if (lastTwo.some((point) => point.step <= least.step)) return undefined;
  const rise = meanOf(lastTwo.map((point) => point.loss)) - least.loss;
  if (rise < riseNats || rise < riseShare * least.loss) return undefined;
  const before = lossAround(curve, least.step);
  const end = lossAround(curve, curve.at(-1)?.step ?? 0);
  return before !== undefined && end !== undefined && end < before ? least.step : undefined;
}

/** The mean training loss over the last tenth of the run's steps up to `step`. */
function lossAround(curve: readonly CurvePoint[], step: number): number | undefined {
  const width = Math.max(1, (curve.at(-1)?.step ?? 0) / 10);
  const losses = curve
    .filter((point) => point.step <= step && point.step > step - width)
    .map((point) => point.loss);
  return losses.length === 0 ? undefined : meanOf(losses);
}
