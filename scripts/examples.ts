/**
 * `npm run examples`: trains the examples with all their seeds and controls, and prints the tables of
 * examples/README.md.
 *
 *   npm run examples -- [NAME…]
 */
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { percent, percentRange, points, pointsRange, pValueText } from '../src/base/format.ts';
import { controlNames } from '../src/protocol/controls.ts';
import type {
  ControlSummary,
  Difference,
  PromptSummary,
  Summary,
} from '../src/protocol/summary.ts';
import { trainFile } from '../src/training/trainFile.ts';

const folder = join(process.cwd(), 'examples');

async function main(): Promise<void> {
  const named = process.argv.slice(2);
  const files = readdirSync(folder).filter((file) => file.endsWith('.ptune'));
  const names = files.map((file) => file.replace(/\.ptune$/, ''));
  for (const name of named.length > 0 ? named : names) {
    const started = performance.now();
    const summary = await measured(name);
    const seconds = Math.round((performance.now() - started) / 1000);
    console.log(`\n## ${name}\n\n${tableOf(summary)}\n\n${seconds} s`);
  }
}

/** Trains a copy, so that the runs in the examples' folder stay as they are. */
async function measured(name: string): Promise<Summary> {
  const copy = mkdtempSync(join(tmpdir(), 'ptune-examples-'));
  try {
    cpSync(folder, copy, {
      recursive: true,
      filter: (source) => source === folder || /\.(ptune|jsonl)$/.test(source),
    });
    return await trainFile(
      { path: join(copy, `${name}.ptune`), controls: true },
      {
        emit: (event) => {
          if (event.type === 'runEnded') console.error(`${event.prompt}, seed ${event.seed}`);
        },
        signal: new AbortController().signal,
        now: () => Date.now(),
        bundledModels: join(process.cwd(), 'media', 'models'),
        version: 'examples',
      },
    );
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/** The prompts, the best first, and the controls as a Markdown table. */
function tableOf({ prompts, controls = [] }: Summary): string {
  const ordered = [...prompts].sort((a, b) => b.accuracy - a.accuracy);
  return [
    '| prompt | answers right | 95 % | seeds | difference |',
    '|---|---|---|---|---|',
    ...ordered.map((prompt) => row(`\`${prompt.name}\``, prompt)),
    ...controls.map((control) =>
      row(`\`${control.of}\`: ${controlNames[control.control]}`, control),
    ),
  ].join('\n');
}

function row(name: string, scored: PromptSummary | ControlSummary): string {
  const { accuracy, interval, difference, seeds = [] } = scored;
  const values = seeds.map((seed) => Math.round(seed.accuracy * 100)).join(' ');
  const cells = [name, percent(accuracy), percentRange(interval), values, against(difference)];
  return `| ${cells.join(' | ')} |`;
}

function against(difference: Difference | undefined): string {
  if (!difference) return '';
  const { baseline, accuracy, interval, pValue } = difference;
  return `${points(accuracy)} to \`${baseline}\` (${pointsRange(interval)}, ${pValueText(pValue)})`;
}

void main();
