/** The editor's features on a large file: what a keystroke, a completion and a hover cost. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkParsedFile } from '../src/data/checkFile.ts';
import { cachedTables } from '../src/data/tableCache.ts';
import { completionsAt } from '../src/language/features/completion.ts';
import { type Facts, noFacts } from '../src/language/features/facts.ts';
import { hoverAt } from '../src/language/features/hover.ts';
import { Parser } from '../src/language/parser.ts';

const prompts = 2000;
const keystrokes = 60;

const settings = `---
model: bundled/mini-mlm
data:
  train: data.jsonl
answer: capital
baseline: p0
train:
  seeds: [1, 2, 3]
---
`;

/** A file whose prompts are of every kind in turn. */
function largeFile(): string {
  const kinds = [
    (name: string) => `@prompt ${name}\nThe capital of {country|trim} is {capital}.\n`,
    (name: string) =>
      `@prompt ${name} {encoder: mlp, seeds: [1, 2]}\n{*3} {country} {*"of the"} {capital} .\n`,
    (name: string) =>
      `@prompt ${name}\n@# Shared vectors.\n{*rel:3} {country} {*rel} {capital} .\n`,
    (name: string) => `@prompt ${name}\n{demos:4}\n{country}: {capital}\n`,
  ];
  const texts = Array.from({ length: prompts }, (_, i) => kinds[i % kinds.length]!(`p${i}`));
  return `${settings}\n${texts.join('\n')}`;
}

function dataFile(): string {
  const rows = Array.from({ length: 1000 }, (_, i) => ({ country: `c${i}`, capital: `d${i}` }));
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

const facts: Facts = {
  ...noFacts,
  words: Array.from({ length: 50_000 }, (_, i) => `word${i}`),
};

function median(times: number[]): number {
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!;
}

/** Prints the medians over keystrokes in the middle of the file. */
export async function benchLanguage(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ptune-bench-'));
  try {
    writeFileSync(join(folder, 'data.jsonl'), dataFile());
    const path = join(folder, 'large.ptune');
    const read = cachedTables();
    const parser = new Parser();
    let text = largeFile();
    await checkParsedFile(parser.parse(text), path, read);
    const times = {
      diagnostics: [] as number[],
      completion: [] as number[],
      hover: [] as number[],
    };
    for (let i = 0; i < keystrokes; i++) {
      const at = text.indexOf('{country', Math.floor(text.length / 2)) + 1;
      text = `${text.slice(0, at - 1)}x${text.slice(at - 1)}`;
      const start = performance.now();
      const file = parser.parse(text);
      await checkParsedFile(file, path, read);
      const checked = performance.now();
      completionsAt(file, at + 1, facts);
      const completed = performance.now();
      hoverAt(file, at + 3, facts);
      times.diagnostics.push(checked - start);
      times.completion.push(completed - checked);
      times.hover.push(performance.now() - completed);
    }
    const size = `${prompts} prompts, ${Math.round(text.length / 1000)} kB`;
    for (const [name, list] of Object.entries(times)) {
      console.log(`${`${name}, ${size}`.padEnd(44)}${median(list).toFixed(1)} ms`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
