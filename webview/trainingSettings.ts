/** What a prompt was trained with, for people. */
import type { PromptReport } from '../src/protocol/report.ts';

/** A learning rate: "0.0025", "7.5e-4". */
export function learningRateText(value: number): string {
  const rounded = Number(value.toPrecision(3));
  return rounded === 0 || rounded >= 1e-3 ? String(rounded) : rounded.toExponential();
}

/** The settings, with the number of a learning rate that they leave to the encoder's default. */
export function settingsOf({ settings, runs }: PromptReport): Readonly<Record<string, string>> {
  const said = settings['learning rate'];
  const [run] = runs;
  if (run === undefined || said === undefined || !/^default\b/.test(said)) return settings;
  const rates = run.curve.flatMap(({ learningRate }) => learningRate ?? []);
  if (rates.length === 0) return settings;
  // Of a thinned curve the highest step can be missing.
  const about = run.curve.length < run.steps ? 'about ' : '';
  const peak = `${about}${learningRateText(Math.max(...rates))} (default)`;
  return { ...settings, 'learning rate': said.replace(/^default\b/, peak) };
}
