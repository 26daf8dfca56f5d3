/** Whole files to start from, filled in with the data and models that are there. */
import type { PtuneFile } from '../ast.ts';
import { escaped } from './completeTemplate.ts';
import type { CompletionItem } from './completion.ts';
import type { Facts } from './facts.ts';

/** How much may be written in a file that is still taken for an empty one. */
const mostWritten = 40;

/** The files that can start in one that is nearly empty. */
export function fileSnippets(file: PtuneFile, offset: number, facts: Facts): CompletionItem[] {
  if (file.text.trim().length > mostWritten) return [];
  const lineStart = file.text.lastIndexOf('\n', offset - 1) + 1;
  const written = file.text.slice(lineStart, offset);
  const word = /\S*$/.exec(written)![0];
  const span = { start: offset - word.length, end: offset };
  const start = settings(facts);
  const kinds: readonly (readonly [string, string, string])[] = [
    ['open answers', 'A prompt in words against a learned one; the model writes the answer.', open],
    ['classification', 'Labels with their words; the model chooses one.', classification],
    ['few-shot', 'Solved examples in the prompt against a learned one.', fewShot],
  ];
  return kinds.map(([name, documentation, body]) => ({
    label: `ptune: ${name}`,
    kind: 'snippet',
    detail: 'a whole file',
    documentation,
    edit: { span, text: start + body },
    isSnippet: true,
    filterText: `${word}ptune ${name} ---`,
    goesOn: false,
  }));
}

function settings({ models, files }: Facts): string {
  const model = models[0]?.id ?? 'bundled/mini-mlm';
  const data = files.filter((name) => /\.(jsonl|json|csv|tsv|parquet)$/.test(name));
  const train = data.find((name) => name.includes('train')) ?? data[0] ?? 'examples.jsonl';
  return `---\nmodel: \${1:${escaped(model)}}\ndata:\n  train: \${2:${escaped(train)}}\nanswer: \${3:answer}\n`;
}

const open = `baseline: manual
train:
  seeds: [1, 2, 3]
---

@prompt manual
The answer to {\${4:question}\\} is {\${3:answer}\\}.

@prompt learned
{*3\\} {\${4:question}\\} {*3\\} {\${3:answer}\\} .
`;

const classification = `labels:
  \${5:positive}: [\${6:great}, \${7:good}]
  \${8:negative}: [\${9:terrible}, \${10:bad}]
baseline: manual
train:
  seeds: [1, 2, 3]
---

@prompt manual
{\${4:text}|shorten\\} It was {\${3:answer}\\}.

@prompt learned
{\${4:text}|shorten\\} {*5\\} {\${3:answer}\\} .
`;

const fewShot = `baseline: few-shot
---

@prompt few-shot
{demos:\${5:4}\\}
{\${4:question}\\}: {\${3:answer}\\}

@prompt learned
{*5\\} {\${4:question}\\} {*3\\} {\${3:answer}\\}
`;
