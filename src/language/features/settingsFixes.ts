/** Quick fixes for settings that are missing, stand in a wrong place or contradict each other. */
import type { PtuneFile } from '../ast.ts';
import { isNamedTrain, splitFilesOf, trainingFiles } from '../dataSplits.ts';
import { nearestFirst } from '../nearest.ts';
import { isPromptName } from '../promptReader.ts';
import { settingHelp } from '../settingHelp.ts';
import { readYamlMapping } from '../yamlMapping.ts';
import { yamlScalar } from '../yamlScalar.ts';
import { closeBrackets } from './closeBrackets.ts';
import { type Facts, knownAnswers } from './facts.ts';
import {
  type FixContext,
  type Fixers,
  type QuickFix,
  changeTitle,
  insert,
  replace,
} from './fix.ts';
import { templateOnNextLine } from './headFixes.ts';
import { likelyAnswers } from './likelyAnswers.ts';
import {
  addSetting,
  addUnder,
  eolOf,
  lineStartOf,
  removal,
  removeHere,
  removeTitle,
  settingAt,
} from './settingEdits.ts';

/** More answers than these are seldom labels. */
const mostLabels = 20;

/** Trains the prompt rather than take stored vectors. */
export function withoutVectors(context: FixContext): QuickFix[] {
  const found = settingAt(context);
  return found?.[0] === 'from'
    ? [removal(context.file, found[1], 'Remove "from", to train it')]
    : [];
}

/** Lines for `labels`, from the answers of the data where they are few. */
export function labelLines({ file, facts }: FixContext): string {
  const found = knownAnswers(file, facts);
  const areLabels = found.length >= 2 && found.length <= mostLabels;
  return labelsOf(areLabels ? found : ['positive', 'negative']);
}

/** `labels` with each label as its own label word. */
export function labelsOf(names: readonly string[]): string {
  const lines = names.map((name) => `  ${yamlScalar(name)}: [${yamlScalar(name)}]`);
  return ['labels:', ...lines].join('\n');
}

/** Lines for `data`: a training file, with the files of the other splits that lie beside it. */
export function dataLines(train: string, { files }: Pick<Facts, 'files'>): string[] {
  const splits = Object.entries(splitFilesOf(train, files));
  return splits.map(([split, path]) => `${split}: ${yamlScalar(path as string)}`);
}

/** The fixes by code. */
export const settingsFixes: Fixers = {
  'settings/missing': ({ file, facts }) => {
    const train = trainingFiles(facts.files)[0] ?? 'examples.jsonl';
    const [answer = 'answer'] = likelyAnswers(file, facts);
    const lines = [
      '---',
      'model: bundled/mini-mlm',
      'data:',
      ...dataLines(train, facts).map((line) => `  ${line}`),
      `answer: ${yamlScalar(answer)}`,
      '---',
      '',
    ];
    const eol = eolOf(file);
    const at = file.text.startsWith('\uFEFF') ? 1 : 0;
    return [insert(at, lines.map((line) => line + eol).join(''), 'Add settings', true)];
  },
  'settings/unclosed': ({ file }) => {
    const span = file.frontMatterSpan!;
    const isLineStart = span.end === 0 || /[\r\n]/.test(file.text[span.end - 1]!);
    const eol = eolOf(file);
    return [insert(span.end, `${isLineStart ? '' : eol}---${eol}`, 'Close the settings', true)];
  },
  'settings/yaml': ({ file, diagnostic }) => {
    const start = lineStartOf(file.text, diagnostic.span.start);
    const tabs = /^[ \t]*\t[ \t]*/.exec(file.text.slice(start))?.[0];
    if (tabs === undefined) return [closedLine(file)];
    const span = { start, end: start + tabs.length };
    return [replace(span, tabs.replaceAll('\t', '  '), 'Use spaces in place of tabs', true)];
  },
  'settings/duplicate-key': (context) => {
    const { file, diagnostic, written } = context;
    const value = /^\s*:[^\r\n,}]*/.exec(file.text.slice(diagnostic.span.end))?.[0] ?? '';
    const end = diagnostic.span.end + value.length;
    const place = { key: diagnostic.span, value: { start: end, end } };
    return [removal(file, place, `Remove this "${written}"`)];
  },
  'settings/unknown-key': (context) => {
    const { file, diagnostic, written } = context;
    const found = settingAt(context);
    const isHead = !file.frontMatterSpan || diagnostic.span.start > file.frontMatterSpan.end;
    const isKey = /^\s*:/.test(file.text.slice(diagnostic.span.end));
    // A column in braces behind a prompt's name belongs to its template.
    if (isHead && !isKey) return [templateOnNextLine(context, true), ...removeHere(context)];
    const isTrain = settingHelp(['train', written], 'file') !== undefined;
    const isThere = file.settingSpans.has(`train.${written}`);
    if (!isTrain || isThere || found?.[0] !== written) return removeHere(context);
    const line = file.text.slice(found[1].key.start, found[1].value.end);
    const moved = removal(file, found[1], 'Move it under "train"');
    const put = addUnder(file, 'train', [line], '');
    if (!put) return removeHere(context);
    return [
      { ...moved, edits: [...moved.edits, ...put.edits], isPreferred: true },
      ...removeHere(context),
    ];
  },
  'settings/conflict': (context) => {
    const { file, diagnostic } = context;
    const other = diagnostic.related?.[0]?.span;
    const places = [file, ...file.prompts].flatMap(({ settingSpans }) => [...settingSpans]);
    const twin = places.find(([, { key }]) => key.start === other?.start);
    return [
      ...removeHere(context),
      ...(twin ? [removal(file, twin[1], removeTitle(twin[0]))] : []),
    ];
  },
  'settings/no-model': ({ file, facts }) =>
    [...new Set([...facts.models.map(({ id }) => id), 'bundled/mini-mlm'])]
      .slice(0, 5)
      .map((id, index) =>
        addSetting(file, `model: ${yamlScalar(id)}`, `Add "model: ${id}"`, index === 0),
      ),
  'settings/no-answer': ({ file, facts }) =>
    likelyAnswers(file, facts)
      .slice(0, 6)
      .map((name) => addSetting(file, `answer: ${yamlScalar(name)}`, `Add "answer: ${name}"`)),
  'settings/no-data': ({ file, facts }) => {
    const found = trainingFiles(facts.files);
    const names = found.length === 0 ? ['examples.jsonl'] : found.slice(0, 5);
    const isClear = names.length === 1 || (isNamedTrain(names[0]!) && !isNamedTrain(names[1]!));
    return names.map((name, index) => {
      const lines = dataLines(name, facts).filter(
        (line) => !file.settingSpans.has(`data.${line.slice(0, line.indexOf(':'))}`),
      );
      return addUnder(file, 'data', lines, `Train on "${name}"`, isClear && index === 0);
    });
  },
  'settings/no-labels': (context) => [
    addSetting(context.file, labelLines(context), 'Add labels with label words', true),
    ...removeHere(context),
  ],
  'settings/no-metric': (context) => {
    const { file, written } = context;
    if (written === 'macroF1') {
      return [addSetting(file, labelLines(context), 'Add labels with label words')];
    }
    if (file.settings.labels) return [];
    const candidates = file.settingSpans.get('candidates');
    const title = 'Let the model write its answers';
    return [
      candidates
        ? replace(candidates.value, 'generate', title)
        : addSetting(file, 'candidates: generate', title),
    ];
  },
  'settings/unknown-baseline': (context) => {
    const { file, diagnostic, written } = context;
    const names = file.prompts.map(({ name }) => name).filter(isPromptName);
    const changes = nearestFirst(written, names)
      .slice(0, 8)
      .map((name) => replace(diagnostic.span, name, changeTitle(name)));
    return [...changes, ...removeHere(context)];
  },
  'settings/unreachable-label': (context) => {
    const found = settingAt(context);
    if (!found) return [];
    const name = found[0].slice('labels.'.length);
    const inner = context.written.replace(/^\[\s*|\s*\]$/g, '');
    const isBlock = /[\r\n]/.test(inner);
    const text = `[${isBlock ? '' : `${inner}, `}${yamlScalar(name)}]`;
    return [replace(context.diagnostic.span, text, `Add "${name}" to its label words`, true)];
  },
  'settings/no-effect': (context) =>
    removeHere(context).map((fix) => ({ ...fix, isPreferred: true })),
};

/** Closes the bracket of the one line that lacks it, where the settings can be read then. */
function closedLine({ text, frontMatterSpan: span }: PtuneFile): QuickFix | undefined {
  if (!span) return undefined;
  let at = span.start;
  for (const [, line = '', eol = ''] of text
    .slice(span.start, span.end)
    .matchAll(/([^\r\n]*)(\r\n|\n|\r|$)/g)) {
    const place = { start: at, end: at + line.length };
    at = place.end + eol.length;
    const closed = closeBrackets(line);
    if (closed === undefined) continue;
    const after = text.slice(0, place.start) + closed + text.slice(place.end);
    const whole = { start: span.start, end: span.end + closed.length - line.length };
    const { diagnostics } = readYamlMapping(after, whole, new Set());
    if (diagnostics.some(({ code }) => code === 'settings/yaml')) continue;
    return replace(place, closed, 'Close the bracket', true);
  }
  return undefined;
}
