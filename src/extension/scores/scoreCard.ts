/** The score of a prompt as the Markdown of a hover. */
import {
  counted,
  duration,
  listed,
  percent,
  percentRange,
  points,
  pointsRange,
  pValueText,
  seedCount,
} from '../../base/format.ts';
import { candidatesText } from '../../protocol/candidatesText.ts';
import type { PromptReport, Report } from '../../protocol/report.ts';
import type { PromptScore } from './fileScores.ts';
import { markdownCode, markdownText } from './markdown.ts';

/** A link of a hover: its words and the command that it runs. */
export interface CardLink {
  readonly title: string;
  readonly command: string;
  readonly argument: unknown;
}

/**
 * The card of a prompt's score: what it is, how good, against what, how sure, when.
 *
 * @param now milliseconds since 1970
 */
export function scoreCard(score: PromptScore, now: number, links: readonly CardLink[]): string {
  const { prompt, report, stale } = score;
  const lines = [`**${markdownText(score.name)}** — ${kindText(prompt)}`, formerText(score) ?? ''];
  if (stale !== undefined) {
    const again = prompt.summary.kind === 'continuous' ? 'Train' : 'Score';
    lines.push(`⟳ **Stale: ${stale}.** What follows was measured before. ${again} again.`);
  }
  lines.push(
    [accuracyText(prompt, report), differenceText(score)].filter(isThere).join('  \n'),
    [seedsText(score), lossText(prompt), whenText(prompt, report, now)].filter(isThere).join(' · '),
    nearestText(prompt) ?? '',
    links.map(linkText).join(' · '),
  );
  return lines.filter((line) => line !== '').join('\n\n');
}

/** The card of a prompt that has no score yet. */
export function unscoredCard(name: string, kind: string, links: readonly CardLink[]): string {
  const next = kind === 'continuous' ? 'Train it to see its score.' : 'It has no score yet.';
  return [`**${markdownText(name)}** — ${kind}. ${next}`, links.map(linkText).join(' · ')]
    .filter((line) => line !== '')
    .join('\n\n');
}

function kindText({ summary, runs, settings }: PromptReport): string {
  if (summary.kind === 'discrete') return 'discrete';
  const tokens = runs[0]?.virtualTokens.length;
  const encoder = settings['encoder'] ?? settings['Encoder'];
  return [
    'continuous',
    tokens === undefined || tokens === 0 ? undefined : counted(tokens, 'virtual token'),
    encoder === undefined ? undefined : `encoder ${markdownText(encoder)}`,
  ]
    .filter(isThere)
    .join(', ');
}

function accuracyText({ summary }: PromptReport, report: Report): string {
  const { n, accuracy, interval } = summary;
  const right = `**${percent(accuracy)}** of ${counted(n, `${report.split} answer`)} right`;
  return `${right} (${percentRange(interval)}), ${candidatesText(report.candidates)}`;
}

/** What the report and the runs call it, where the file has another name for it by now. */
function formerText({ name, prompt: { summary, runs } }: PromptScore): string | undefined {
  if (name === summary.name) return undefined;
  const what = runs.length > 0 ? 'trained and scored' : 'scored';
  return `It was ${what} as ${markdownText(summary.name)}; nothing but the name has changed.`;
}

function differenceText({
  prompt,
  isBaseline,
  against,
  baselineStale,
}: PromptScore): string | undefined {
  const { difference } = prompt.summary;
  if (isBaseline) return 'Differences are measured against this prompt.';
  if (baselineStale !== undefined) {
    const again = 'Score again to see the difference to it.';
    return `⟳ **Baseline changed**: ${markdownText(baselineStale)}. ${again}`;
  }
  if (difference === undefined || against === undefined) return undefined;
  const certainty = difference.significant ? '● significant' : 'not significant';
  const size = `**${points(difference.accuracy)} points** over ${markdownText(against)}`;
  const range = `95 %: ${pointsRange(difference.interval)}, ${pValueText(difference.pValue)}`;
  return `${size} (${range}): ${certainty}`;
}

/** "3 seeds: 93 %, 91 %, 95 %", with those that are not trained. */
export function seedsText({ prompt, missingSeeds }: PromptScore): string | undefined {
  const { seeds } = prompt.summary;
  if (seeds === undefined || seeds.length === 0) return undefined;
  const one = seeds.length === 1 ? `seed ${seeds[0]!.seed}` : undefined;
  if (missingSeeds === undefined && one !== undefined) return one;
  const values = one ?? seeds.map((seed) => percent(seed.accuracy)).join(', ');
  const all = `${seedCount(seeds.length, missingSeeds?.length)}: ${values}`;
  if (missingSeeds === undefined) return all;
  const [noun, verb] = missingSeeds.length === 1 ? ['seed', 'is'] : ['seeds', 'are'];
  return `${all} (${noun} ${listed(missingSeeds.map(String))} ${verb} not trained)`;
}

function lossText({ summary }: PromptReport): string {
  return `loss ${summary.loss.toFixed(2)}`;
}

function whenText({ summary: { seeds } }: PromptReport, report: Report, now: number): string {
  const age = ago((now - Date.parse(report.createdAt)) / 1000);
  const first = seeds?.[0];
  if (first === undefined) return age;
  const seconds = seeds!.reduce((sum, seed) => sum + seed.seconds, 0) / seeds!.length;
  return `${age}, ${duration(seconds)} a seed`;
}

/** How long ago something was, in the largest unit that fits. */
export function ago(seconds: number): string {
  if (seconds < 60) return 'just now';
  const units: [size: number, name: string][] = [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
  ];
  const [size, name] = units.find(([length]) => seconds >= length)!;
  return `${counted(Math.floor(seconds / size), name)} ago`;
}

function nearestText(prompt: PromptReport): string | undefined {
  const run = prompt.runs.find(({ seed }) => seed === prompt.middleSeed) ?? prompt.runs[0];
  const tokens = run?.virtualTokens.map(({ nearest }) => nearest[0]?.token.trim()).filter(isThere);
  if (tokens === undefined || tokens.length === 0) return undefined;
  const text = tokens.map(markdownCode).join(' ');
  return `Nearest tokens: ${text}. ${worthText(prompt)}`;
}

/** What the nearest tokens are worth as words. */
function worthText({ reading }: PromptReport): string {
  const { retained, retainedInterval, meaning } = reading ?? {};
  if (retained === undefined) return 'They are a hint, not the prompt.';
  const range = retainedInterval === undefined ? '' : ` (${percentRange(retainedInterval)})`;
  const kept = `As text they keep ${percent(Math.max(0, retained))} of the gain${range}.`;
  return meaning === undefined ? kept : `${kept} ${meaning}`;
}

/** A link of a card as Markdown. */
export function linkText({ title, command, argument }: CardLink): string {
  const encoded = encodeURIComponent(JSON.stringify([argument]));
  return `[${title}](command:${command}?${encoded})`;
}

function isThere(text: string | undefined): text is string {
  return text !== undefined;
}
