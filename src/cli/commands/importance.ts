/** `ptune importance`: how much of a learned prompt's score each of its virtual tokens carries. */
import { duration, points, pointsRange } from '../../base/format.ts';
import { measureImportance } from '../../insight/importance/measureImportance.ts';
import type { Change, ImportanceRequest, PromptImportance } from '../../protocol/importance.ts';
import { trainingContext } from '../environment.ts';
import { print, printJson, type Output } from '../output.ts';
import { Progress } from '../progress.ts';

/** Measures, then prints what leaving out and exchanging does, and what it means. */
export async function importance(request: ImportanceRequest, output: Output): Promise<number> {
  const progress = new Progress(output);
  const context = trainingContext((event) => progress.show(event));
  const result = await measureImportance(request, context);
  progress.end();
  if (output.json) printJson(result);
  else printImportance(result.importance);
  return 0;
}

function printImportance(importance: PromptImportance): void {
  const { prompt, seed, tokens, exchanges, neighborsOnly, seconds } = importance;
  if (tokens.length > 0) {
    print(`${prompt}, seed ${seed}`);
    print('left out   answers right, points   loss, nats (95 %)');
  }
  for (const { index, name, nearest, without } of tokens) {
    const named = [
      name,
      nearest === undefined ? undefined : `near ${JSON.stringify(nearest.trim())}`,
    ];
    const about = named.filter((text) => text !== undefined).join(', ');
    print(
      `${String(index + 1).padStart(8)}   ${pointsText(without.accuracy)}   ${natsText(without.loss)}  ${about}`.trimEnd(),
    );
  }
  if (neighborsOnly) {
    print('exchanged with the next one');
    for (const { first, exchanged } of exchanges) {
      print(
        `${String(first + 1).padStart(8)}   ${pointsText(exchanged.accuracy)}   ${natsText(exchanged.loss)}`,
      );
    }
  } else if (exchanges.length > 0) printPairs(importance);
  for (const sentence of importance.sentences) print(sentence);
  print(`It took ${duration(seconds)}.`);
}

/** The changes of right answers as a triangle of points. */
function printPairs({ exchanges }: PromptImportance): void {
  const last = Math.max(...exchanges.map(({ second }) => second));
  print('exchanged, answers right in points');
  const columns = Array.from({ length: last }, (_, i) => String(i + 2).padStart(5));
  print(`        ${columns.join('')}`);
  for (let first = 0; first < last; first++) {
    const cells = columns.map((_, i) => {
      const pair = exchanges.find((one) => one.first === first && one.second === i + 1);
      return (pair ? points(pair.exchanged.accuracy.change) : '').padStart(5);
    });
    print(`${String(first + 1).padStart(8)}${cells.join('')}`.trimEnd());
  }
}

const pointsText = ({ change, interval }: Change): string =>
  `${points(change).padStart(4)}  (${pointsRange(interval)})`.padEnd(21);

function natsText({ change, interval }: Change): string {
  const nats = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
  return `${nats(change)}  (${nats(interval[0])} to ${nats(interval[1])})`.padEnd(26);
}
