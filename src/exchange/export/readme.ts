/** The README.md of an export: what it is, how it is loaded, what it is not. */
import type { ExportSource } from './exported.ts';

/** The parts of a README. */
export interface ReadmeParts {
  /** What the folder holds, in a sentence or two. */
  readonly what: string;
  /** Paragraphs between that and the programs. */
  readonly notes: readonly string[];
  /** Programs that load the export. */
  readonly python: string;
  readonly javascript: string;
  readonly warnings: readonly string[];
}

/** The engine; programs of a README take its package, and nothing here imports it. */
const engine = 'onnxruntime';

/** The first lines of a program in JavaScript that runs a graph by the engine alone. */
export const engineImports = `import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AutoTokenizer, env } from '@huggingface/transformers';
import * as ort from '${engine}-node';`;

/** The text of a README.md. */
export function readmeText({ run, prompt }: ExportSource, parts: ReadmeParts): string {
  const { manifest } = run;
  const sections = [
    `# ${prompt.prompt}`,
    parts.what,
    [
      '| | |',
      '| --- | --- |',
      `| run | \`${manifest.id}\` |`,
      `| model | \`${manifest.model.id}\` |`,
      `| SHA-256 of the model's files | \`${manifest.model.sha256}\` |`,
    ].join('\n'),
    `The template:\n\n${fence(prompt.template, 'text')}`,
    ...parts.notes,
    ...parts.warnings.map((warning) => `**Mind:** ${warning}`),
    `## Python\n\n${fence(parts.python, 'python')}`,
    `## JavaScript\n\n${fence(parts.javascript, 'js')}`,
  ];
  return `${sections.join('\n\n')}\n`;
}

/** A block of code, whatever backticks are in it. */
export function fence(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const ticks = '`'.repeat(longest + 1);
  return `${ticks}${language}\n${text.trim()}\n${ticks}`;
}
