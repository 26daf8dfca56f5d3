/** `ptune probe`: how much the score of a prompt in words depends on the words. */
import { percent, percentRange } from '../../base/format.ts';
import { visibleText } from '../../base/visibleText.ts';
import { probeWordings } from '../../insight/wordings/probeWordings.ts';
import type { ProbeRequest, Spread, WordingProbe, WordingScore } from '../../protocol/wordings.ts';
import { trainingContext } from '../environment.ts';
import { print, printJson, type Output } from '../output.ts';
import { Progress } from '../progress.ts';

/** Probes, then prints each prompt's wordings, best on test first, and what their spread means. */
export async function probe(request: ProbeRequest, output: Output): Promise<number> {
  const progress = new Progress(output);
  const context = trainingContext((event) => progress.show(event));
  const result = await probeWordings(request, context);
  progress.end();
  if (output.json) printJson(result);
  else for (const one of result.probes) printProbe(one);
  return 0;
}

function printProbe(probe: WordingProbe): void {
  const { wordings, examples, learned, prompt, spread } = probe;
  print(`test  validation  (${examples.test} and ${examples.validation} examples)`);
  const [written, ...variants] = wordings;
  // The written one stands where its score puts it.
  const before = variants.filter(({ test }) => test.accuracy > written!.test.accuracy);
  const ordered = [...before, written!, ...variants.slice(before.length)];
  for (const wording of ordered) print(line(wording));
  if (probe.tooLong > 0) {
    print(`${probe.tooLong} more are longer with an example than the model reads.`);
  }
  print('');
  const names = [`wordings of ${prompt}`, ...learned.map((one) => `seeds of ${one.prompt}`)];
  const width = Math.max(...names.map(({ length }) => length));
  const spreads = [spread, ...learned.map((one) => one.spread)];
  print(`${''.padEnd(width)}  lowest  middle half  median  highest  standard deviation`);
  names.forEach((name, i) => print(`${name.padEnd(width)}  ${spreadText(spreads[i]!)}`));
  for (const sentence of probe.sentences) print(sentence);
}

function line({ change, template, test, validation }: WordingScore): string {
  const scores = `${percent(test.accuracy).padStart(5)}  ${percent(validation.accuracy).padStart(5)}`;
  return `${scores}  ${visibleText(template).replaceAll('\n', ' ⏎ ')}  (${visibleText(change)})`;
}

function spreadText(spread: Spread): string {
  const { lowest, lowerQuartile, upperQuartile, median, highest, standardDeviation } = spread;
  const cells: readonly (readonly [string, number])[] = [
    [percent(lowest), 6],
    [percentRange([lowerQuartile, upperQuartile]), 11],
    [percent(median), 6],
    [percent(highest), 7],
    [`${(100 * standardDeviation).toFixed(1)} points`, 18],
  ];
  return cells.map(([text, width]) => text.padStart(width)).join('  ');
}
