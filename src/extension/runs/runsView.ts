/** The Runs view: every run of the workspace by file and prompt, kept up to date while it is looked at. */
import {
  type Disposable,
  EventEmitter,
  MarkdownString,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  type TreeDataProvider,
  type TreeView,
  Uri,
  window,
  workspace,
} from 'vscode';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { counted } from '../../base/format.ts';
import type { PtuneFile } from '../../language/ast.ts';
import { parse } from '../../language/parser.ts';
import { readRunScore } from '../../runs/runScore.ts';
import {
  type FileState,
  askedSeeds,
  fileState,
  renamedTo,
  staleRun,
} from '../../staleness/fileState.ts';
import type { Registration } from '../commands.ts';
import { isOnDisk, isPtune, parsedFile } from '../documents.ts';
import type { TrainingController } from '../jobs/trainingController.ts';
import type { ScoreContext } from '../scores/fileScores.ts';
import type { ScoreService } from '../scores/scoreService.ts';
import { Redrawing } from './redrawing.ts';
import { readRun, readRuns } from './runCatalog.ts';
import {
  type RunFacts,
  promptDescription,
  runDescription,
  runLabel,
  runTooltip,
  stateLooks,
} from './runText.ts';
import {
  type BrokenNode,
  type FileNode,
  type PromptNode,
  type RunNode,
  RunTree,
  type TreeChange,
  type TreeNode,
  fileName,
} from './runTree.ts';
import { RunWatch } from './runWatch.ts';

/** The view's id in package.json. */
const viewId = 'ptune.runs';

/** With more runs than this only files are open at first. */
const fewRuns = 30;

const minuteMs = 60_000;
const lookMs = 5000;
const pauseMs = 400;
const patienceMs = 10_000;

/** What the view follows. */
export interface RunSources {
  readonly context: ScoreContext;
  readonly scores: ScoreService;
  readonly training: TrainingController;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Shows the runs; reads nothing before somebody looks. */
export class RunsView implements TreeDataProvider<TreeNode>, Disposable {
  readonly #sources: RunSources;
  readonly #changed = new EventEmitter<TreeNode | undefined>();
  readonly #tree = new RunTree();
  readonly #states = new Map<string, Promise<FileState>>();
  readonly #view: TreeView<TreeNode>;
  readonly #subscriptions: Registration[];
  #watch: RunWatch | undefined;
  readonly #redrawing: Redrawing;
  /** What is to be drawn again. */
  #pending: Set<TreeNode> | 'all' = new Set();
  #drawnAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> | undefined;
  #shown: string | undefined;
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(sources: RunSources) {
    this.#sources = sources;
    this.#redrawing = new Redrawing(sources.now);
    const { scores, training } = sources;
    this.#view = window.createTreeView(viewId, {
      treeDataProvider: this,
      canSelectMany: true,
      showCollapseAll: true,
    });
    const ages = setInterval(() => this.#ifVisible(() => this.#lookAgain()), minuteMs);
    const looks = setInterval(() => this.#ifVisible(() => this.#lookAtRunning()), lookMs);
    this.#subscriptions = [
      this.#view,
      { dispose: () => clearInterval(ages) },
      { dispose: () => clearInterval(looks) },
      scores.onDidChange(({ uri }) => this.#fileChanged(uri.fsPath)),
      training.onDidChange(() => this.#trainingChanged()),
      training.onDidStartOrEnd(() => this.#ifRead(() => void this.refresh())),
      workspace.onDidChangeWorkspaceFolders(() => this.#ifRead(() => void this.refresh())),
      workspace.onDidOpenTextDocument((document) => {
        if (isPtune(document) && isOnDisk(document)) this.#ifRead(() => this.#opened());
      }),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#watch?.dispose();
    clearTimeout(this.#timer);
    this.#changed.dispose();
  }

  /** The nodes that are selected, while the view can be seen; waits until the editor knows them. */
  async selection(): Promise<readonly TreeNode[]> {
    if (!this.#view.visible) return [];
    await this.#redrawing.over();
    return this.#view.selection;
  }

  /** All runs there are, read now where nobody looked yet. */
  async allRuns(): Promise<readonly RunNode[]> {
    await this.#read();
    return this.#tree.runs;
  }

  /** The run in a folder, after everything was read. */
  async runIn(folder: string): Promise<RunNode | undefined> {
    await this.#read();
    return this.#tree.run(folder);
  }

  /** What changed since a run was made. */
  async staleOf(run: RunNode): Promise<string | undefined> {
    return staleRun(run.header.manifest, await this.#stateOf(run.prompt.file.path));
  }

  /** What the prompt of a run is called by now, where that is not its name. */
  async presentName({ header, prompt }: RunNode): Promise<string> {
    const renamed = renamedTo(header.manifest, await this.#stateOf(prompt.file.path));
    return renamed ?? prompt.name;
  }

  /** Reads all runs again. */
  async refresh(): Promise<void> {
    this.#states.clear();
    this.#reading = this.#readAll();
    await this.#reading;
  }

  /** Reads one run again, at once. */
  async readAgain(folder: string): Promise<void> {
    this.#show(this.#tree.update(folder, await readRun(folder)));
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    this.#redrawing.sign();
    if (node === undefined) {
      await this.#read();
      return [...this.#tree.roots];
    }
    if (node.kind === 'file') return [...node.prompts];
    return node.kind === 'prompt' ? [...node.runs] : [];
  }

  getParent(node: TreeNode): TreeNode | undefined {
    if (node.kind === 'run') return node.prompt;
    return node.kind === 'prompt' ? node.file : undefined;
  }

  getTreeItem(node: TreeNode): Promise<TreeItem> {
    return this.#redrawing.draw(() => this.#itemOf(node));
  }

  #itemOf(node: TreeNode): TreeItem | Promise<TreeItem> {
    switch (node.kind) {
      case 'file':
        return this.#fileItem(node);
      case 'prompt':
        return this.#promptItem(node);
      case 'run':
        return this.#runItem(node);
      case 'broken':
        return brokenItem(node);
    }
  }

  /** The tooltip is made when somebody points at a run. */
  async resolveTreeItem(item: TreeItem, node: TreeNode): Promise<TreeItem> {
    if (node.kind === 'run') {
      item.tooltip = new MarkdownString(runTooltip(node.header, await this.factsOf(node)));
    }
    return item;
  }

  async #fileItem(node: FileNode): Promise<TreeItem> {
    const item = new TreeItem(fileName(node), TreeItemCollapsibleState.Expanded);
    const folder = workspace.asRelativePath(dirname(node.path));
    const runs = node.prompts.reduce((sum, { runs: { length } }) => sum + length, 0);
    const state = await this.#stateOf(node.path);
    const isTop = workspace.workspaceFolders?.some(({ uri }) => uri.fsPath === dirname(node.path));
    item.id = node.path;
    item.resourceUri = Uri.file(node.path);
    item.iconPath = ThemeIcon.File;
    item.contextValue = 'file';
    item.description = [
      ...(isTop === true ? [] : [folder]),
      counted(runs, 'run'),
      ...(typeof state === 'string' ? [state] : []),
    ].join(' · ');
    item.tooltip = node.path;
    item.accessibilityInformation = { label: `${fileName(node)}, ${item.description}` };
    return item;
  }

  async #promptItem(node: PromptNode): Promise<TreeItem> {
    const few = this.#tree.runs.length <= fewRuns;
    const { Expanded, Collapsed } = TreeItemCollapsibleState;
    const item = new TreeItem(node.name, few ? Expanded : Collapsed);
    const state = await this.#stateOf(node.file.path);
    const runs = node.runs.map(({ header }) => ({
      header,
      stale: staleRun(header.manifest, state),
    }));
    item.id = `${node.file.path}\n${node.name}`;
    item.iconPath = new ThemeIcon('symbol-function');
    item.contextValue = 'prompt';
    const renamed = node.runs.map(({ header }) => renamedTo(header.manifest, state)).find(Boolean);
    const now = renamed === undefined ? [] : [`now ${renamed}`];
    const description = promptDescription(runs, askedSeeds(renamed ?? node.name, state));
    item.description = [...now, description].join(' · ');
    item.tooltip = `The prompt ${node.name} of ${node.file.path}`;
    item.accessibilityInformation = { label: `${node.name}, ${item.description}` };
    return item;
  }

  async #runItem(node: RunNode): Promise<TreeItem> {
    const { header } = node;
    const facts = await this.factsOf(node);
    const item = new TreeItem(runLabel(header));
    item.id = header.folder;
    item.description = runDescription(header, facts);
    item.iconPath = new ThemeIcon(stateLooks[header.state].icon);
    // Words that the menus in package.json look for.
    item.contextValue = [
      'run',
      header.state,
      header.label.pinned === true ? 'pinned' : 'unpinned',
    ].join(' ');
    item.accessibilityInformation = { label: `${runLabel(header)}, ${item.description}` };
    return item;
  }

  /** What is known of a run beside its own files. */
  async factsOf({ header, prompt }: RunNode): Promise<RunFacts> {
    const state = await this.#stateOf(prompt.file.path);
    return {
      score: await readRunScore(header.folder),
      stale: staleRun(header.manifest, state),
      progress: this.#sources.training.textOfRun(header.id),
      now: this.#sources.now(),
    };
  }

  #read(): Promise<void> {
    return (this.#reading ??= this.#readAll());
  }

  async #readAll(): Promise<void> {
    const homes = this.#homes();
    this.#watch ??= new RunWatch({
      runsChanged: (folders) => {
        for (const folder of folders) void this.readAgain(folder);
      },
      foldersChanged: () => void this.refresh(),
      fileChanged: (path) => this.#fileChanged(path),
    });
    for (const home of homes.outside) this.#watch.add(home);
    this.#show(this.#tree.replace(await readRuns([...homes.workspace, ...homes.outside])));
  }

  /** The folders of the workspace, and those of open files elsewhere. */
  #homes(): { readonly workspace: readonly string[]; readonly outside: readonly string[] } {
    const folders = (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
    const outside = workspace.textDocuments
      .filter((document) => isPtune(document) && isOnDisk(document))
      .filter(({ uri }) => workspace.getWorkspaceFolder(uri) === undefined)
      .map(({ uri }) => dirname(uri.fsPath));
    return { workspace: folders.map(({ uri }) => uri.fsPath), outside: [...new Set(outside)] };
  }

  #opened(): void {
    const homes = this.#homes().outside.join('\n');
    if (homes === (this.#shown ?? '')) return;
    this.#shown = homes;
    void this.refresh();
  }

  #stateOf(path: string): Promise<FileState> {
    let state = this.#states.get(path);
    if (state === undefined) {
      state = fileAt(path).then((file) => fileState(file, path, this.#sources.context));
      this.#states.set(path, state);
    }
    return state;
  }

  #fileChanged(path: string): void {
    if (!this.#states.delete(path)) return;
    const file = this.#tree.roots.find((node) => node.kind === 'file' && node.path === path);
    if (file !== undefined) this.#show([file]);
  }

  /** Ages have changed, and perhaps data or models of files that are not open. */
  #lookAgain(): void {
    this.#states.clear();
    this.#show('all');
  }

  #trainingChanged(): void {
    const current = this.#sources.training.currentRun;
    if (current === undefined) return;
    const node = this.#tree.runs.find(({ header }) => header.id === current);
    if (node !== undefined) this.#show([node]);
  }

  /** A process that was killed writes nothing more, so it has to be looked at. */
  #lookAtRunning(): void {
    for (const { header } of this.#tree.runs) {
      if (header.state === 'running') void this.readAgain(header.folder);
    }
  }

  /**
   * Has nodes drawn again, those of changes close together at once. While the editor still draws, or
   * someone waits for what is selected, it waits: every new request would break off the last one, and
   * on a busy machine none would end.
   */
  #show(change: TreeChange): void {
    if (change === 'all') this.#pending = 'all';
    else if (this.#pending !== 'all') for (const node of change) this.#pending.add(node);
    const early = this.#drawnAt + pauseMs - this.#sources.now();
    this.#timer ??= setTimeout(() => this.#draw(0), Math.max(0, early));
  }

  #draw(waited: number): void {
    if (this.#redrawing.isBusy && waited < patienceMs) {
      this.#timer = setTimeout(() => this.#draw(waited + pauseMs), pauseMs);
      return;
    }
    const nodes = this.#pending;
    this.#pending = new Set();
    this.#timer = undefined;
    this.#drawnAt = this.#sources.now();
    if (nodes === 'all' || [...nodes].some(({ kind }) => kind !== 'run')) this.#redrawing.sign();
    if (nodes === 'all') this.#changed.fire(undefined);
    else for (const node of nodes) this.#changed.fire(node);
  }

  #ifRead(act: () => void): void {
    if (this.#reading !== undefined) act();
  }

  #ifVisible(act: () => void): void {
    if (this.#view.visible) act();
  }
}

function brokenItem({ folder, error }: BrokenNode): TreeItem {
  const item = new TreeItem(basename(folder));
  item.id = folder;
  item.description = 'cannot be read';
  item.iconPath = new ThemeIcon('warning');
  item.contextValue = 'broken';
  item.tooltip = [error.message, error.nextStep].filter(Boolean).join(' ');
  item.accessibilityInformation = {
    label: `${basename(folder)}, cannot be read. ${error.message}`,
  };
  return item;
}

/** The tree of a file: that of the editor where it is open, else that of the disk. */
async function fileAt(path: string): Promise<PtuneFile | undefined> {
  const open = workspace.textDocuments.find(
    (document) => isPtune(document) && document.uri.fsPath === path,
  );
  if (open !== undefined) return parsedFile(open);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parse(text);
}
