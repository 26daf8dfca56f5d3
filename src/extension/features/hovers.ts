/** Hovers: the score on a `@prompt` line, the nearest tokens on virtual tokens. */
import { type Disposable, Hover, MarkdownString, type TextDocument, languages } from 'vscode';
import type { Prompt, Span } from '../../language/ast.ts';
import type { CommandId, ComparedPrompts, PromptTarget } from '../commands.ts';
import { isOnDisk, languageId, parsedFile } from '../documents.ts';
import type { FileScores } from '../scores/fileScores.ts';
import { type CardLink, scoreCard, unscoredCard } from '../scores/scoreCard.ts';
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
      const offset = document.offsetAt(position);
      for (const prompt of parsedFile(document).prompts) {
        if (contains(prompt.headSpan, offset)) {
          return hover(headCard(document, prompt, found, now()), prompt.headSpan, document);
        }
        const part = prompt.parts.find(({ span }) => contains(span, offset));
        const score = found?.prompts.get(prompt.name);
        if (part?.kind !== 'virtual' || score === undefined) continue;
        const card = virtualTokenCard(score, prompt, part);
        if (card !== undefined) return hover(card, part.span, document);
      }
      return undefined;
    },
  });
}

function headCard(
  document: TextDocument,
  prompt: Prompt,
  found: FileScores | undefined,
  now: number,
): string {
  const score = found?.prompts.get(prompt.name);
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
  const to = score.prompt.summary.difference?.baseline;
  return scoreCard(score, now, [
    link('Open report', 'ptune.openReport'),
    isContinuous ? link('Train again', 'ptune.train') : link('Score again', 'ptune.score'),
    ...(to === undefined ? [] : [link(`Compare with ${to}`, 'ptune.compare', { ...target, to })]),
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
