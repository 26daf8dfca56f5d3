/** Two prompts side by side: their templates in the editor's own comparison, their scores in its title. */
import {
  type Disposable,
  EventEmitter,
  type QuickPickItem,
  type TextDocument,
  Uri,
  commands,
  window,
  workspace,
} from 'vscode';
import { percent, points, seedCount } from '../base/format.ts';
import { type Prompt, baselinePrompt } from '../language/ast.ts';
import type { DocumentWatch } from './documentWatch.ts';
import { parsedFile } from './documents.ts';
import type { FileScores, PromptScore } from './scores/fileScores.ts';
import type { ScoreService } from './scores/scoreService.ts';

const scheme = 'ptune-template';

/** A template of a file as a document of its own, that follows the file. */
interface TemplateOf {
  readonly file: string;
  readonly prompt: string;
}

/** Shows comparisons and keeps the templates in them up to date. */
export class PromptComparison implements Disposable {
  readonly #scores: ScoreService;
  readonly #changed = new EventEmitter<Uri>();
  readonly #subscriptions: Disposable[];

  constructor(scores: ScoreService, watch: DocumentWatch) {
    this.#scores = scores;
    this.#subscriptions = [
      workspace.registerTextDocumentContentProvider(scheme, {
        onDidChange: this.#changed.event,
        provideTextDocumentContent: async (uri) => {
          const { file, prompt } = JSON.parse(uri.query) as TemplateOf;
          const document = await workspace.openTextDocument(Uri.parse(file));
          const named = parsedFile(document).prompts.find(({ name }) => name === prompt);
          return `${named?.templateText ?? `The file has no prompt "${prompt}" any more.`}\n`;
        },
      }),
      watch.onDidChange((document) => {
        for (const shown of workspace.textDocuments) {
          if (shown.uri.scheme !== scheme) continue;
          const { file } = JSON.parse(shown.uri.query) as TemplateOf;
          if (file === document.uri.toString()) this.#changed.fire(shown.uri);
        }
      }),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }

  /** Asks for the prompts that are not given, and shows the first beside the second. */
  async compare(
    document: TextDocument,
    name: string | undefined,
    to: string | undefined,
  ): Promise<void> {
    const { prompts } = parsedFile(document);
    const scores = await this.#scores.fresh(document);
    const chosen =
      prompts.find((prompt) => prompt.name === name) ??
      (await pick(prompts, scores, 'Compare which prompt?'));
    if (chosen === undefined) return;
    const baseline = baselinePrompt(parsedFile(document));
    const others = prompts
      .filter((prompt) => prompt !== chosen)
      .sort((a, b) => Number(b === baseline) - Number(a === baseline));
    const other =
      others.find((prompt) => prompt.name === to) ??
      (others.length === 1
        ? others[0]
        : await pick(others, scores, `Compare ${chosen.name} with which prompt?`));
    if (other === undefined) return;
    const [left, right] = [other, chosen].map((prompt) => templateUri(document, prompt));
    const title = `${titleOf(other, scores)} ↔ ${titleOf(chosen, scores)}`;
    await commands.executeCommand('vscode.diff', left, right, title, { preview: true });
  }
}

function templateUri(document: TextDocument, { name }: Prompt): Uri {
  const about: TemplateOf = { file: document.uri.toString(), prompt: name };
  return Uri.from({ scheme, path: `/${name}.txt`, query: JSON.stringify(about) });
}

async function pick(
  prompts: readonly Prompt[],
  scores: FileScores | undefined,
  placeHolder: string,
): Promise<Prompt | undefined> {
  const items = prompts.map((prompt): QuickPickItem & { readonly prompt: Prompt } => ({
    label: prompt.name,
    description: scoreWords(prompt, scores),
    detail: prompt.templateText.replace(/\s+/g, ' '),
    prompt,
  }));
  return (await window.showQuickPick(items, { placeHolder, matchOnDetail: true }))?.prompt;
}

/** "learned, 93 %". */
function titleOf(prompt: Prompt, scores: FileScores | undefined): string {
  const score = scores?.prompts.get(prompt.name);
  if (score === undefined) return `${prompt.name}, no score`;
  const stale = score.stale === undefined ? '' : ', stale';
  return `${prompt.name}, ${percent(score.prompt.summary.accuracy)}${fewSeeds(score)}${stale}`;
}

/** "93 %, +51 over manual". */
function scoreWords(prompt: Prompt, scores: FileScores | undefined): string {
  const score = scores?.prompts.get(prompt.name);
  if (score === undefined) return 'no score yet';
  const { accuracy, difference } = score.prompt.summary;
  if (score.stale !== undefined) return `stale: ${score.stale}`;
  if (score.isBaseline) return `${percent(accuracy)}, baseline`;
  const own = `${percent(accuracy)}${fewSeeds(score)}`;
  if (score.baselineStale !== undefined) return `${own}, baseline changed`;
  if (difference === undefined) return own;
  return `${own}, ${points(difference.accuracy)} over ${score.against}`;
}

/** " (1 of 3 seeds)" where not all that the file asks for are trained. */
function fewSeeds({ prompt, missingSeeds }: PromptScore): string {
  if (missingSeeds === undefined) return '';
  return ` (${seedCount(prompt.summary.seeds?.length ?? 0, missingSeeds.length)})`;
}
