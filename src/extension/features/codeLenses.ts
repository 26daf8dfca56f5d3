/** The links above the file and above each prompt. */
import { CodeLens, EventEmitter, Range, type TextDocument, languages } from 'vscode';
import { counted } from '../../base/format.ts';
import type { CommandId, Registration, Target } from '../commands.ts';
import { isOnDisk, languageId, parsedFile } from '../documents.ts';
import type { ScoreService } from '../scores/scoreService.ts';
import type { TrainingController } from '../jobs/trainingController.ts';
import { rangeOf } from './convert.ts';

/** Registers the code lenses; they follow the scores and the training. */
export function registerCodeLenses(
  scores: ScoreService,
  training: TrainingController,
): Registration[] {
  const changed = new EventEmitter<void>();
  return [
    changed,
    scores.onDidChange(() => changed.fire()),
    training.onDidStartOrEnd(() => changed.fire()),
    languages.registerCodeLensProvider(languageId, {
      onDidChangeCodeLenses: changed.event,
      provideCodeLenses: (document) => codeLenses(document, scores, training),
    }),
  ];
}

function codeLenses(
  document: TextDocument,
  scores: ScoreService,
  training: TrainingController,
): CodeLens[] {
  const file = parsedFile(document);
  if (!isOnDisk(document) || file.prompts.length === 0) return [];
  const uri = document.uri.toString();
  const top = new Range(0, 0, 0, 0);
  const report = scores.latest(document)?.prompts;
  const continuous = file.prompts.filter(({ kind }) => kind === 'continuous').length;
  const lenses: CodeLens[] = [];
  if (training.isRunningFor(document)) {
    const job = training.kind === 'score' ? 'scoring' : 'training';
    // The others stay, so that no line moves.
    lenses.push(lens(top, `$(loading~spin) Cancel ${job}`, 'ptune.cancelTraining', undefined));
  } else {
    if (continuous > 0) {
      lenses.push(lens(top, `Train ${counted(continuous, 'prompt')}`, 'ptune.train', { uri }));
    }
    lenses.push(lens(top, 'Score', 'ptune.score', { uri }));
  }
  if (report !== undefined) lenses.push(lens(top, 'Open report', 'ptune.openReport', { uri }));
  for (const prompt of file.prompts) {
    const range = rangeOf(document, prompt.headSpan);
    const target = { uri, prompt: prompt.name };
    lenses.push(
      prompt.kind === 'continuous'
        ? lens(range, 'Train', 'ptune.train', target)
        : lens(range, 'Score', 'ptune.score', { uri }),
    );
    if (report?.has(prompt.name) === true && prompt.kind === 'continuous') {
      lenses.push(lens(range, 'Open report', 'ptune.openReport', target));
    }
  }
  return lenses;
}

function lens(range: Range, title: string, command: CommandId, target: Target): CodeLens {
  return new CodeLens(range, { title, command, arguments: [target] });
}
