/** Scores and training progress at the ends of `@prompt` lines. */
import {
  type DecorationOptions,
  type Disposable,
  type TextDocument,
  type TextEditor,
  ThemeColor,
  window,
  workspace,
} from 'vscode';
import { isPtune, parsedFile } from '../documents.ts';
import { rangeOf } from '../features/convert.ts';
import { setting } from '../settings.ts';
import type { TrainingController } from '../jobs/trainingController.ts';
import { type InlineText, type Tone, inlineText } from './inlineText.ts';
import type { ScoreService } from './scoreService.ts';

/** Colours that the extension contributes, so that themes and people can change them. */
const colors: Readonly<Record<Tone | 'training', string>> = {
  better: 'ptune.betterScore',
  worse: 'ptune.worseScore',
  plain: 'ptune.score',
  stale: 'ptune.staleScore',
  training: 'ptune.training',
};

/** Draws what stands behind `@prompt` lines: the scores that the setting asks for, and any training. */
export class InlineScores implements Disposable {
  readonly #type = window.createTextEditorDecorationType({});
  readonly #scores: ScoreService;
  readonly #training: TrainingController;
  readonly #subscriptions: Disposable[];

  constructor(scores: ScoreService, training: TrainingController) {
    this.#scores = scores;
    this.#training = training;
    this.#subscriptions = [
      scores.onDidChange((document) => this.#draw(document)),
      training.onDidChange(() => this.#drawAll()),
      window.onDidChangeVisibleTextEditors(() => this.#drawAll()),
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('ptune.inlineScores')) this.#drawAll();
      }),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#type.dispose();
  }

  #drawAll(): void {
    for (const editor of window.visibleTextEditors) this.#drawIn(editor);
  }

  #draw(document: TextDocument): void {
    for (const editor of window.visibleTextEditors) {
      if (editor.document === document) this.#drawIn(editor);
    }
  }

  #drawIn(editor: TextEditor): void {
    if (!isPtune(editor.document)) return;
    editor.setDecorations(this.#type, this.#decorations(editor.document));
  }

  #decorations(document: TextDocument): DecorationOptions[] {
    const scores = this.#scores.known(document);
    const mode = setting('ptune.inlineScores');
    const { prompts } = parsedFile(document);
    const margin = marginsOf(prompts.map(({ headSpan }) => headSpan.end - headSpan.start));
    const drawn = new Set<string>();
    return prompts.flatMap((prompt, i) => {
      // Of two prompts with one name, which is an error, the first is the one that was scored.
      if (drawn.has(prompt.name)) return [];
      drawn.add(prompt.name);
      const training = this.#training.textFor(document, prompt.name);
      const score = scores?.prompts.get(prompt.name);
      const shown: { text: string; tone: InlineText['tone'] | 'training' } | undefined =
        training !== undefined
          ? { text: training, tone: 'training' }
          : score && inlineText(score, mode);
      if (shown === undefined) return [];
      const color = new ThemeColor(colors[shown.tone]);
      const fontStyle = shown.tone === 'stale' ? 'italic' : 'normal';
      const after = { contentText: shown.text, color, fontStyle, margin: `0 0 0 ${margin[i]}ch` };
      return [{ range: rangeOf(document, prompt.headSpan), renderOptions: { after } }];
    });
  }
}

const shortLine = 40;
const leastMargin = 3;

/** Space after each line so that what follows short lines stands in one column, in characters. */
function marginsOf(lengths: readonly number[]): number[] {
  const column = Math.max(0, ...lengths.filter((length) => length <= shortLine)) + leastMargin;
  return lengths.map((length) => Math.max(leastMargin, column - length));
}
