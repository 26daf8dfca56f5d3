/** What the importance of virtual tokens means, in words. */
import { counted, listed, percent, pointsInWords, pointsRange } from '../../base/format.ts';
import { significanceLevel } from '../../evaluation/compare.ts';
import { holmCorrected } from '../../evaluation/statistics.ts';
import type { Change, PromptImportance, ScoreChange } from '../../protocol/importance.ts';

type Facts = Omit<PromptImportance, 'sentences'>;

/** Which tokens carry the score, whether their order does, and what the numbers rest on. */
export function importanceSentences(facts: Facts): string[] {
  return [leftOutSentence(facts), ...exchangeSentence(facts), basisSentence(facts)];
}

function leftOutSentence({ prompt, tokens, accuracy }: Facts): string {
  const start = `With all its virtual tokens ${prompt} answers ${percent(accuracy)} right`;
  if (tokens.length === 0) {
    return `${start}; its only one cannot be left out, since there are no other keys and values to stand for it.`;
  }
  const shown = shownChanges(tokens.map(({ without }) => without));
  const inAnswers = tokens.filter(({ without }) => shown.has(without.accuracy));
  const inLoss = tokens.filter(
    (token) => !inAnswers.includes(token) && shown.has(token.without.loss),
  );
  const unfelt = tokens.filter((token) => !inAnswers.includes(token) && !inLoss.includes(token));
  if (unfelt.length === tokens.length) {
    return `${start}; leaving out any one of them makes no difference that can be shown.`;
  }
  const sentences = [`${start}.`];
  if (inAnswers.length > 0) {
    const most = [...inAnswers].sort((a, b) => byFall(a.without, b.without))[0]!;
    sentences.push(
      `What it answers changes without ${numbersOf(inAnswers)}; without virtual token ${most.index + 1} it ${changeText(most.without, shown)}.`,
    );
  }
  if (inLoss.length > 0) {
    const largest = Math.max(...inLoss.map(({ without }) => Math.abs(without.loss.change)));
    sentences.push(
      `Without ${numbersOf(inLoss)} the loss changes, by at most ${largest.toFixed(2)} nats; that the answers do cannot be shown.`,
    );
  }
  if (unfelt.length > 0) {
    sentences.push(`Without ${numbersOf(unfelt)} no difference can be shown.`);
  }
  return sentences.join(' ');
}

/** "1, 2 or 4": left out one at a time. */
function numbersOf(tokens: readonly { readonly index: number }[]): string {
  return listed(tokens.map(({ index }) => String(index + 1))).replace(/ and /, ' or ');
}

function exchangeSentence({ exchanges, neighborsOnly }: Facts): string[] {
  if (exchanges.length === 0) return [];
  const shown = shownChanges(exchanges.map(({ exchanged }) => exchanged));
  const felt = exchanges.filter(
    ({ exchanged }) => shown.has(exchanged.accuracy) || shown.has(exchanged.loss),
  );
  if (felt.length === 0) {
    const what = neighborsOnly ? 'neighbors' : 'any two';
    return [
      `Exchanging ${what} of them makes no difference that can be shown: their order says little.`,
    ];
  }
  const inAnswers = felt.filter(({ exchanged }) => shown.has(exchanged.accuracy));
  const most = [...(inAnswers.length > 0 ? inAnswers : felt)].sort((a, b) =>
    byFall(a.exchanged, b.exchanged),
  )[0]!;
  const example = `with ${most.first + 1} and ${most.second + 1} in each other's places it ${changeText(most.exchanged, shown)}`;
  const of = `of ${counted(exchanges.length, 'exchange')}`;
  return inAnswers.length > 0
    ? [`Their order counts: ${inAnswers.length} ${of} change the answers; ${example}.`]
    : [
        `Their order counts little: ${felt.length} ${of} change the loss, none is shown to change the answers; ${example}.`,
      ];
}

function basisSentence({ examples, available, replacement }: Facts): string {
  const stand =
    replacement === 'vocabulary'
      ? "the mean of the vocabulary's embeddings"
      : "the mean of the other virtual tokens' keys and values, layer by layer";
  const some =
    examples === available
      ? counted(examples, 'test example')
      : `${examples} of ${counted(available, 'test example')}`;
  return `In place of one that is left out stands ${stand}. Measured on ${some}; each interval is for itself, so of twenty about one misses; what these sentences say is corrected for that (Holm).`;
}

/** "answers 40 points less (−52 to −29)"; of the loss where the answers are not shown to change. */
function changeText({ accuracy, loss }: ScoreChange, shown: ReadonlySet<Change>): string {
  if (shown.has(accuracy)) {
    const direction = accuracy.change < 0 ? 'less' : 'more';
    return `answers ${pointsInWords(accuracy.change)} ${direction} (${pointsRange(accuracy.interval)})`;
  }
  const direction = loss.change < 0 ? 'less' : 'more';
  return `has ${Math.abs(loss.change).toFixed(2)} nats ${direction} loss`;
}

/** The changes that are more than chance, among all of one kind that were looked at together. */
function shownChanges(changes: readonly ScoreChange[]): ReadonlySet<Change> {
  const all = changes.flatMap(({ accuracy, loss }) => [accuracy, loss]);
  const corrected = holmCorrected(all.map(({ pValue }) => pValue));
  return new Set(all.filter((_, i) => corrected[i]! < significanceLevel));
}

/** The largest fall of right answers first; of equal ones the largest rise of the loss. */
const byFall = (a: ScoreChange, b: ScoreChange): number =>
  a.accuracy.change - b.accuracy.change || b.loss.change - a.loss.change;
