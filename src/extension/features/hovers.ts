/** Hovers: the score on a `@prompt` line, the nearest tokens on virtual tokens. */
import { type Disposable, Hover, MarkdownString, type TextDocument, languages } from 'vscode';
import { type Prompt, type PtuneFile, type Span, baselinePrompt } from '../../language/ast.ts';
import type { CommandId, ComparedPrompts, PromptTarget } from '../commands.ts';
import { isOnDisk, languageId, parsedFile } from '../documents.ts';
import type { FileScores } from '../scores/fileScores.ts';
import { type CardLink, linkText, scoreCard, unscoredCard } from '../scores/scoreCard.ts';
import type { ScoreService } from '../scores/scoreService.ts';
import { virtualTokenCard } from '../scores/virtualTokenCard.ts';
import { rangeOf } from './convert.ts';

/** The commands that a hover may run. */
const linked = [
  'ptune.exportPrompt',
  'ptune.train',
  'ptune.score',
  'ptune.compare',
  'ptune.openReport',
] as const satisfies CommandId[];

/** Registers the hovers. `now` gives milliseconds since 1970. */
export function registerHovers(scores: ScoreService, now: () => number): Disposable {
  return languages.registerHoverProvider(languageId, {
    provideHover: async (document, position) => {
      if (!isOnDisk(document)) return undefined;
      // The scores of the text as it is now: what was typed last may have made them stale.
      const found = await scores.current(document);
      const file = parsedFile(document);
      const offset = document.offsetAt(position);
      const card = (prompt: Prompt) => headCard(document, file, prompt, found, now());
      const named = baselineAt(file, offset);
      if (named?.prompt !== undefined && found?.prompts.has(named.prompt.name) === true) {
        return hover(card(named.prompt), named.span, document);
      }
      const prompt = file.prompts.find(
        ({ headSpan, templateSpan }) => headSpan.start <= offset && offset <= templateSpan.end,
      );
      if (prompt === undefined) return undefined;
      if (contains(prompt.headSpan, offset)) return hover(card(prompt), prompt.headSpan, document);
      const part = prompt.parts.find(({ span }) => contains(span, offset));
      if (part?.kind !== 'virtual') return undefined;
      const score = found?.prompts.get(prompt.name);
      const nearest = score && virtualTokenCard(score, prompt, part);
      const text = nearest ?? trainCard(document, prompt);
      return text === undefined ? undefined : hover(text, part.span, document);
    },
  });
}

/** The prompt whose name stands behind `baseline:`, and where. */
function baselineAt(
  { settings, settingSpans, prompts }: PtuneFile,
  offset: number,
): { readonly prompt: Prompt | undefined; readonly span: Span } | undefined {
  const span = settingSpans.get('baseline')?.value;
  if (!span || !contains(span, offset)) return undefined;
  return { prompt: prompts.find(({ name }) => name === settings.baseline), span };
}

/** What there is to do about virtual tokens that nothing is known of yet. */
function trainCard(document: TextDocument, { name, from }: Prompt): string | undefined {
  if (from !== undefined) return undefined;
  const argument = { uri: document.uri.toString(), prompt: name };
  return `Nothing is learned yet. ${linkText({ title: `Train ${name}`, command: 'ptune.train', argument })}`;
}

function headCard(
  document: TextDocument,
  file: PtuneFile,
  prompt: Prompt,
  found: FileScores | undefined,
  now: number,
): string {
  // Of two prompts with one name, which is an error, the first is the one that was scored.
  const isFirst = file.prompts.find(({ name }) => name === prompt.name) === prompt;
  const score = isFirst ? found?.prompts.get(prompt.name) : undefined;
  const target = { uri: document.uri.toString(), prompt: prompt.name };
  const isContinuous = prompt.kind === 'continuous';
  const link = (
    title: string,
    command: (typeof linked)[number],
    argument: PromptTarget | ComparedPrompts = target,
  ): CardLink => ({ title, command, argument });
  if (score === undefined) {
    const first = isContinuous ? link('Train', 'ptune.train') : link('Score', 'ptune.score');
    return unscoredCard(prompt.name, prompt.kind, [first]);
  }
  const to = baselinePrompt(file)?.name;
  const needsScore = !isContinuous || score.baselineStale !== undefined;
  return scoreCard(score, now, [
    link('Open report', 'ptune.openReport'),
    ...(isContinuous ? [link('Train again', 'ptune.train')] : []),
    ...(needsScore ? [link('Score again', 'ptune.score')] : []),
    ...(to === undefined || to === prompt.name
      ? []
      : [link(`Compare with ${to}`, 'ptune.compare', { ...target, to })]),
    ...(isContinuous && prompt.from === undefined ? [link('Export', 'ptune.exportPrompt')] : []),
  ]);
}

function hover(markdown: string, span: Span, document: TextDocument): Hover {
  const content = new MarkdownString(markdown);
  content.isTrusted = { enabledCommands: linked };
  return new Hover(content, rangeOf(document, span));
}

function contains({ start, end }: Span, offset: number): boolean {
  return start <= offset && offset <= end;
}
