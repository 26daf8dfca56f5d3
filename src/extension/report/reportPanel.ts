/** The report beside the editor: one panel a `.ptune` file. */
import { randomBytes } from 'node:crypto';
import {
  type Disposable,
  Uri,
  ViewColumn,
  type WebviewPanel,
  type WebviewPanelSerializer,
  commands,
  env,
  window,
  workspace,
} from 'vscode';
import { basename } from 'node:path';
import { splitReport } from '../../protocol/report.ts';
import type { FullReport } from '../../protocol/report.ts';
import type { FromReportPage, ToReportPage } from '../../protocol/reportMessages.ts';
import { renderReportPage } from '../../protocol/reportPage.ts';
import { RunStore } from '../../runs/runStore.ts';
import { runCommand } from '../commands.ts';
import { parsedFile } from '../documents.ts';
import { rangeOf } from '../features/convert.ts';
import type { FileScores } from '../scores/fileScores.ts';
import { toPtuneError } from '../../base/errors.ts';
import type { InputTrial } from '../looks/inputTrial.ts';
import type { InsertWords, TryInput } from '../../protocol/reportMessages.ts';
import { insertWords } from '../looks/searchWords.ts';
import { slotColumns } from './slots.ts';
import type { TrainingController } from '../jobs/trainingController.ts';
import type { ScoreService } from '../scores/scoreService.ts';

const viewType = 'ptune.report';

/** Opens reports and keeps the open ones up to date. */
export class ReportPanels implements Disposable, WebviewPanelSerializer {
  readonly #extension: Uri;
  readonly #scores: ScoreService;
  readonly #training: TrainingController;
  /** Panels whose page shows a training. */
  readonly #live = new Set<WebviewPanel>();
  readonly #trial: InputTrial;
  readonly #panels = new Map<string, WebviewPanel>();
  /** Sections to show as soon as their page is there, by file. */
  readonly #wanted = new Map<string, string>();
  /** The report that each panel's page has. */
  readonly #shown = new WeakMap<WebviewPanel, FullReport>();
  readonly #subscriptions: Disposable[];

  /** @param extension the folder of the extension, where the page's script and style lie */
  constructor(
    extension: Uri,
    scores: ScoreService,
    trial: InputTrial,
    training: TrainingController,
  ) {
    this.#extension = extension;
    this.#trial = trial;
    this.#scores = scores;
    this.#training = training;
    this.#subscriptions = [
      scores.onDidChange((document) => void this.#update(document.uri)),
      training.onDidChange(() => this.#tellLive()),
      window.registerWebviewPanelSerializer(viewType, this),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    for (const panel of this.#panels.values()) panel.dispose();
  }

  /** Shows the report of a file, in its panel if it has one, at a section where one is named. */
  open(file: Uri, section?: string): void {
    const open = this.#panels.get(file.toString());
    if (open !== undefined) {
      open.reveal();
      if (section !== undefined) void open.webview.postMessage(sectionMessage(section));
      return;
    }
    if (section !== undefined) this.#wanted.set(file.toString(), section);
    const title = `${basename(file.fsPath)} – report`;
    const column = { viewColumn: ViewColumn.Beside, preserveFocus: false };
    this.#adopt(window.createWebviewPanel(viewType, title, column), file);
  }

  /** Fills a panel that was open when the window was closed. */
  deserializeWebviewPanel(panel: WebviewPanel, state: unknown): Promise<void> {
    const file = (state as { file?: unknown } | undefined)?.file;
    if (typeof file === 'string') this.#adopt(panel, Uri.parse(file));
    else panel.dispose();
    return Promise.resolve();
  }

  #adopt(panel: WebviewPanel, file: Uri): void {
    const { webview } = panel;
    const dist = Uri.joinPath(this.#extension, 'dist');
    const part = (name: string) => ({
      uri: webview.asWebviewUri(Uri.joinPath(dist, name)).toString(),
    });
    this.#panels.set(file.toString(), panel);
    panel.onDidDispose(() => this.#panels.delete(file.toString()));
    panel.iconPath = Uri.joinPath(this.#extension, 'media', 'report.svg');
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    webview.onDidReceiveMessage(
      (message: FromReportPage) => void this.#answer(message, file, panel),
    );
    webview.html = renderReportPage(undefined, {
      script: part('report.js'),
      style: part('report.css'),
      nonce: randomBytes(16).toString('hex'),
      host: 'editor',
    });
  }

  async #answer(message: FromReportPage, file: Uri, panel: WebviewPanel): Promise<void> {
    switch (message.type) {
      case 'ready':
        // A page that was hidden for long is a new one, and has nothing.
        this.#shown.delete(panel);
        await this.#update(file);
        await this.#showWanted(file);
        this.#live.delete(panel);
        this.#tellLive();
        return;
      case 'openFile':
        await showFile(file, message.prompt);
        return;
      case 'train':
        await runCommand('ptune.train', { uri: file.toString(), prompt: message.prompt });
        return;
      case 'probe':
        await runCommand('ptune.probeWordings', { uri: file.toString(), prompt: message.prompt });
        return;
      case 'searchWords':
        await runCommand('ptune.searchWords', { uri: file.toString(), prompt: message.prompt });
        return;
      case 'insertWords':
        await this.#insertWords(message, file, panel);
        return;
      case 'importance':
        await runCommand('ptune.measureImportance', {
          uri: file.toString(),
          prompt: message.prompt,
        });
        return;
      case 'try':
        await this.#try(message, file);
        return;
      case 'copy':
        await env.clipboard.writeText(message.text);
        window.setStatusBarMessage('Copied', 2000);
        return;
      case 'save':
        await saveFile(file, message.name, message.content);
        return;
      case 'compareRuns': {
        const store = RunStore.forFile(file.fsPath);
        const folders = message.runs.map((run) => store.folder(run));
        await runCommand('ptune.compareRuns', { kind: 'folders', folders });
        return;
      }
      case 'openRun': {
        const folder = RunStore.forFile(file.fsPath).folder(message.run);
        await commands.executeCommand('revealInExplorer', Uri.file(folder));
        return;
      }
    }
  }

  /** Tells every page of a file that is trained how far that is, and once that it has ended. */
  #tellLive(): void {
    for (const [key, panel] of this.#panels) {
      const live = this.#training.liveFor(Uri.parse(key).fsPath);
      if (live === undefined && !this.#live.delete(panel)) continue;
      if (live !== undefined) this.#live.add(panel);
      const message: ToReportPage = { type: 'live', ...(live && { live }) };
      void panel.webview.postMessage(message);
    }
  }

  async #showWanted(file: Uri): Promise<void> {
    const key = file.toString();
    const section = this.#wanted.get(key);
    this.#wanted.delete(key);
    if (section !== undefined) {
      await this.#panels.get(key)?.webview.postMessage(sectionMessage(section));
    }
  }

  /** Asks the prompts about an input; an input that a later one replaced gets no answer. */
  async #try({ id, input }: TryInput, file: Uri): Promise<void> {
    const tell = async (message: ToReportPage) => {
      await this.#panels.get(file.toString())?.webview.postMessage(message);
    };
    try {
      const document = await workspace.openTextDocument(file);
      const result = await this.#trial.ask(document, input);
      if (result !== undefined) await tell({ type: 'tried', id, result });
    } catch (error) {
      const { message, nextStep } = toPtuneError(error);
      await tell({ type: 'tried', id, problem: [message, nextStep].join(' ').trim() });
    }
  }

  /** Writes what a search found, as the page that asks for it shows it, into the file. */
  async #insertWords({ prompt, method }: InsertWords, file: Uri, panel: WebviewPanel) {
    const searches = this.#shown.get(panel)?.insights?.words ?? [];
    const found = searches.find((one) => one.prompt === prompt)?.found;
    const words = found?.find((one) => one.method === method);
    if (words !== undefined) {
      await insertWords(await workspace.openTextDocument(file), prompt, words);
    }
  }

  async #update(file: Uri): Promise<void> {
    const panel = this.#panels.get(file.toString());
    if (panel === undefined) return;
    const document = await workspace.openTextDocument(file);
    const scores = await this.#scores.current(document);
    const shown = this.#shown.get(panel);
    const slots: ToReportPage = { type: 'slots', columns: slotColumns(parsedFile(document)) };
    await panel.webview.postMessage(slots);
    if (scores === undefined) this.#shown.delete(panel);
    else this.#shown.set(panel, scores.report);
    for (const message of messagesFor(scores, file, shown)) {
      await panel.webview.postMessage(message);
    }
  }
}

const sectionMessage = (id: string): ToReportPage => ({ type: 'section', id });

/** What a page has to be told that shows `shown`: of the same report, only what became stale. */
function messagesFor(
  scores: FileScores | undefined,
  uri: Uri,
  shown: FullReport | undefined,
): ToReportPage[] {
  const file = uri.toString();
  if (scores === undefined) {
    const name = basename(uri.fsPath);
    const text = `${name} has no report yet. Train or score its prompts to write one.`;
    return [{ type: 'nothing', text, file }];
  }
  const { stale } = scores;
  if (scores.report === shown) return [{ type: 'stale', stale }];
  const [report, examples] = splitReport(scores.report);
  return [
    { type: 'report', report, stale, file },
    { type: 'examples', examples },
  ];
}

/** Asks where to keep a file, beside the `.ptune` file to begin with. */
async function saveFile(file: Uri, name: string, content: Uint8Array): Promise<void> {
  const defaultUri = Uri.joinPath(file, '..', name);
  const extension = name.slice(name.lastIndexOf('.') + 1);
  const target = await window.showSaveDialog({
    defaultUri,
    filters: { [extension.toUpperCase()]: [extension] },
  });
  if (target === undefined) return;
  await workspace.fs.writeFile(target, new Uint8Array(content));
  window.setStatusBarMessage(`Saved ${basename(target.fsPath)}`, 4000);
}

async function showFile(file: Uri, prompt: string | undefined): Promise<void> {
  const document = await workspace.openTextDocument(file);
  const named = parsedFile(document).prompts.find(({ name }) => name === prompt);
  const selection = named === undefined ? {} : { selection: rangeOf(document, named.nameSpan) };
  await window.showTextDocument(document, { viewColumn: ViewColumn.One, ...selection });
}
