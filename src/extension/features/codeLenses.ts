/** The links above the file and above each prompt, and how many tokens a prompt has. */
import { CodeLens, EventEmitter, Range, type TextDocument, languages, workspace } from 'vscode';
import { counted } from '../../base/format.ts';
import type { Prompt } from '../../language/ast.ts';
import type { CommandId, Registration, Target } from '../commands.ts';
import { isOnDisk, languageId, parsedFile } from '../documents.ts';
import type { JobQueue } from '../jobs/jobQueue.ts';
import type { TrainingController } from '../jobs/trainingController.ts';
import type { ScoreService } from '../scores/scoreService.ts';
import { setting } from '../settings.ts';
import type { TokenCountService } from '../counts/tokenCountService.ts';
import { countsOf, tokenText } from '../counts/tokenText.ts';
import { rangeOf } from './convert.ts';

/** What the lenses follow. */
export interface LensSources {
  readonly scores: ScoreService;
  readonly training: TrainingController;
  readonly queue: JobQueue;
  readonly tokens: TokenCountService;
}

/** Registers the code lenses; they follow the scores, the training and the token counts. */
export function registerCodeLenses(sources: LensSources): Registration[] {
  const { scores, training, tokens } = sources;
  const changed = new EventEmitter<void>();
  return [
    changed,
    scores.onDidChange(() => changed.fire()),
    tokens.onDidChange(() => changed.fire()),
    training.onDidStartOrEnd(() => changed.fire()),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('ptune.tokenCounts')) changed.fire();
    }),
    languages.registerCodeLensProvider(languageId, {
      onDidChangeCodeLenses: changed.event,
      provideCodeLenses: (document) => codeLenses(document, sources),
    }),
  ];
}

/** Every row has at least one lens whatever is known, so that no line moves when more is. */
function codeLenses(
  document: TextDocument,
  { scores, training, queue, tokens }: LensSources,
): CodeLens[] {
  const { prompts } = parsedFile(document);
  if (!isOnDisk(document) || prompts.length === 0) return [];
  const uri = document.uri.toString();
  const top = new Range(0, 0, 0, 0);
  const scored = scores.latest(document)?.prompts;
  const continuous = prompts.filter(isTrained).length;
  const lenses: CodeLens[] = [];
  if (training.isRunningFor(document)) {
    const job = { train: ' training', score: ' scoring', look: '' }[training.kind ?? 'look'];
    lenses.push(lens(top, `$(loading~spin) Cancel${job}`, 'ptune.cancelTraining', undefined));
  } else {
    if (continuous > 0) {
      lenses.push(lens(top, `Train ${counted(continuous, 'prompt')}`, 'ptune.train', { uri }));
    }
    lenses.push(lens(top, 'Score', 'ptune.score', { uri }));
  }
  for (const { id, path, title } of queue.waiting) {
    if (path !== document.uri.fsPath) continue;
    const text = `$(clock) Waits to ${title}: cancel`;
    const command: CommandId = 'ptune.removeWaiting';
    lenses.push(new CodeLens(top, { title: text, tooltip: text, command, arguments: [id] }));
  }
  lenses.push(lens(top, 'Try it', 'ptune.tryInput', { uri }));
  if (scored !== undefined) lenses.push(lens(top, 'Open report', 'ptune.openReport', { uri }));
  const counts = setting('ptune.tokenCounts') ? tokens.known(document) : undefined;
  const tokenCounts = countsOf(prompts, counts);
  for (const [index, prompt] of prompts.entries()) {
    const range = rangeOf(document, prompt.headSpan);
    const target = { uri, prompt: prompt.name };
    if (isTrained(prompt)) lenses.push(lens(range, 'Train', 'ptune.train', target));
    lenses.push(lens(range, 'Score', 'ptune.score', target));
    if (prompt.kind === 'discrete') {
      lenses.push(lens(range, 'Probe wordings', 'ptune.probeWordings', target));
    }
    if (prompts.length > 1) lenses.push(lens(range, 'Compare', 'ptune.compare', target));
    if (scored?.has(prompt.name) === true) {
      lenses.push(lens(range, 'Open report', 'ptune.openReport', target));
      if (isTrained(prompt)) lenses.push(lens(range, 'Export', 'ptune.exportPrompt', target));
    }
    const count = tokenCounts[index];
    if (count !== undefined) {
      const { title, tooltip } = tokenText(count, counts?.limit);
      // No command: words to read, not a link.
      lenses.push(new CodeLens(range, { title, tooltip, command: '' }));
    }
  }
  return lenses;
}

function isTrained({ kind, from }: Prompt): boolean {
  return kind === 'continuous' && from === undefined;
}

function lens(range: Range, title: string, command: CommandId, target: Target): CodeLens {
  // Read aloud on its own, "Train" would not say what.
  const prompt = target !== undefined && 'prompt' in target ? target.prompt : undefined;
  const tooltip = prompt === undefined ? title : `${title}: ${prompt}`;
  return new CodeLens(range, { title, tooltip, command, arguments: [target] });
}
