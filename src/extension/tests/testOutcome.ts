/** What a scored file says about one prompt, as the outcome of a test. */
import { seedCount } from '../../base/format.ts';
import { resultText } from '../../protocol/expectations.ts';
import type { Summary } from '../../protocol/summary.ts';

/** One thing that is wrong. */
export interface TestProblem {
  readonly text: string;
}

/** How a prompt's test ended. */
export type TestOutcome =
  | { readonly kind: 'passed' | 'skipped'; readonly output: readonly string[] }
  | {
      readonly kind: 'failed' | 'errored';
      readonly output: readonly string[];
      readonly problems: readonly TestProblem[];
    };

/**
 * A prompt passes when it reaches its `expect`, fails when it misses it, and is skipped without one.
 * One that has an `expect` and could not be scored is an error.
 */
export function testOutcome(summary: Summary, name: string): TestOutcome {
  const scored = summary.prompts.find((prompt) => prompt.name === name);
  if (scored === undefined) {
    const { reason = 'it was left out of the scores', expectations } =
      summary.unscored?.find((prompt) => prompt.name === name) ?? {};
    const text = `"${name}" has no score: ${reason}.`;
    if (expectations === undefined) return { kind: 'skipped', output: [text] };
    return { kind: 'errored', output: [text], problems: [{ text }] };
  }
  const { expectations = [] } = scored;
  if (expectations.length === 0) {
    return { kind: 'skipped', output: [`"${name}" has no "expect", so nothing is checked.`] };
  }
  const { seeds = [], missingSeeds } = scored;
  const count = seedCount(seeds.length, missingSeeds?.length);
  const output = [
    ...expectations.map((result) => `${result.met ? '✓' : '✗'} ${name}: ${resultText(result)}`),
    ...(missingSeeds ? [`${name} is scored with ${count}.`] : []),
  ];
  const problems = expectations
    .filter(({ met }) => !met)
    .map((result) => ({ text: resultText(result) }));
  return problems.length === 0 ? { kind: 'passed', output } : { kind: 'failed', output, problems };
}
