/** The checks of `expect` as JUnit XML, the form that CI systems read: a suite a file, a test case a prompt. */
import type { PtuneError } from '../base/errors.ts';
import { counted, percent, percentRange } from '../base/format.ts';
import { conditionText, resultText } from '../protocol/expectations.ts';
import type { PromptSummary, Summary, UnscoredPrompt } from '../protocol/summary.ts';

/** What a prompt's test case says. */
interface TestCase {
  readonly name: string;
  readonly outcome: 'passed' | 'failure' | 'error' | 'skipped';
  /** One line; absent for a case that passed. */
  readonly message?: string;
  readonly details: string;
}

/**
 * The XML of a scored file: a prompt that misses its `expect` is a failure, one that could not be
 * scored an error, one without `expect` skipped.
 *
 * @param seconds what scoring took
 */
export function junitText(summary: Summary, seconds: number): string {
  const cases = [...summary.prompts.map(scoredCase), ...(summary.unscored ?? []).map(unscoredCase)];
  const properties = {
    model: summary.model.id,
    'model.sha256': summary.model.sha256,
    split: summary.split,
    candidates: `${summary.candidates.kind} (${summary.candidates.count})`,
  };
  return documentOf(summary.file, cases, seconds, properties);
}

/** The XML of a file that could not be scored at all, so that CI does not take silence for success. */
export function junitErrorText(file: string, error: PtuneError, seconds: number): string {
  const details = [error.message, error.nextStep, `(${error.code})`].filter(Boolean).join('\n');
  const failed = { name: 'score', outcome: 'error', message: error.message, details } as const;
  return documentOf(file, [failed], seconds, {});
}

function scoredCase(prompt: PromptSummary): TestCase {
  const { name, n, accuracy, interval, loss, expectations = [] } = prompt;
  const score = `${percent(accuracy)} of ${counted(n, 'answer')} right (95 %: ${percentRange(interval)}), loss ${loss.toFixed(3)}`;
  const details = [...expectations.map(resultText), score].join('\n');
  if (expectations.length === 0) {
    return { name, outcome: 'skipped', message: 'The prompt has no "expect".', details };
  }
  const missed = expectations.filter(({ met }) => !met);
  if (missed.length === 0) return { name, outcome: 'passed', details };
  return { name, outcome: 'failure', message: missed.map(resultText).join('; '), details };
}

function unscoredCase({ name, reason, expectations = [] }: UnscoredPrompt): TestCase {
  const message = `The prompt could not be scored: ${reason}.`;
  const outcome = expectations.length === 0 ? 'skipped' : 'error';
  return { name, outcome, message, details: expectations.map(conditionText).join('\n') };
}

function documentOf(
  file: string,
  cases: readonly TestCase[],
  seconds: number,
  properties: Readonly<Record<string, string>>,
): string {
  const count = (outcome: TestCase['outcome']) =>
    cases.filter((one) => one.outcome === outcome).length;
  const totals = {
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
    time: seconds.toFixed(3),
  };
  const suite = { name: file, ...totals, skipped: count('skipped') };
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: 'ptune', ...totals })}>`,
    `  <testsuite${attributes(suite)}>`,
    '    <properties>',
    ...Object.entries(properties).map(
      ([name, value]) => `      <property${attributes({ name, value })}/>`,
    ),
    '    </properties>',
    ...cases.flatMap((one) => caseLines(one, file.replace(/\.ptune$/, ''))),
    '  </testsuite>',
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

function caseLines({ name, outcome, message, details }: TestCase, classname: string): string[] {
  const type = outcome === 'failure' ? { type: 'expect' } : {};
  const verdict =
    outcome === 'passed'
      ? []
      : outcome === 'skipped'
        ? [`      <skipped${attributes({ message: message! })}/>`]
        : [
            `      <${outcome}${attributes({ message: message!, ...type })}>${escaped(details)}</${outcome}>`,
          ];
  return [
    `    <testcase${attributes({ name, classname })}>`,
    ...verdict,
    `      <system-out>${escaped(details)}</system-out>`,
    '    </testcase>',
  ];
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(String(value)).replaceAll('\n', '&#10;')}"`)
    .join('');
}

/** Text for XML 1.0, which has no place at all for most control characters and lone surrogates. */
function escaped(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
