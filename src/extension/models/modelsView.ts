/** The Models view: what the cache holds, how large, when used, and whether it can be trained. */
import {
  type Disposable,
  EventEmitter,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  type TreeDataProvider,
  Uri,
  commands,
  env,
  window,
} from 'vscode';
import { byteSize } from '../../base/format.ts';
import { cachedModels, type CachedGraph, type CachedModel } from '../../hub/cachedModels.ts';
import { ModelCache } from '../../hub/modelCache.ts';

/** The view's id in package.json. */
const viewId = 'ptune.models';

/** One ONNX file of a model, below it. */
interface GraphNode {
  readonly model: string;
  readonly graph: CachedGraph;
}

/** Shows the models of the cache and does what their menus offer. */
export class ModelsView implements TreeDataProvider<CachedModel | GraphNode>, Disposable {
  readonly #cache: ModelCache;
  readonly #now: () => number;
  readonly #changed = new EventEmitter<void>();
  readonly #view: Disposable;
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(cacheFolder: string, now: () => number) {
    this.#cache = new ModelCache(cacheFolder);
    this.#now = now;
    this.#view = window.createTreeView(viewId, { treeDataProvider: this });
  }

  dispose(): void {
    this.#view.dispose();
    this.#changed.dispose();
  }

  /** Reads the cache again. */
  refresh(): void {
    this.#changed.fire();
  }

  async getChildren(node?: CachedModel | GraphNode): Promise<(CachedModel | GraphNode)[]> {
    if (node === undefined) return cachedModels(this.#cache);
    return 'graph' in node ? [] : node.graphs.map((graph) => ({ model: node.id, graph }));
  }

  getTreeItem(node: CachedModel | GraphNode): TreeItem {
    return 'graph' in node ? graphItem(node) : this.#modelItem(node);
  }

  #modelItem(model: CachedModel): TreeItem {
    const item = new TreeItem(model.id, TreeItemCollapsibleState.Collapsed);
    const judgment = judgmentOf(model.graphs);
    item.id = model.id;
    // What cannot be seen of a narrow line is below it.
    item.description = [
      judgment.text,
      byteSize(model.size),
      usedText(model.lastUse, this.#now()),
    ].join(' · ');
    item.iconPath = new ThemeIcon(judgment.icon);
    item.contextValue = 'cachedModel';
    item.tooltip = tooltipOf(model, item.description);
    item.accessibilityInformation = { label: `${model.id}, ${item.description}` };
    return item;
  }

  /** Removes a model after asking. */
  async remove({ id, size }: CachedModel): Promise<void> {
    const remove = { title: 'Remove' };
    const message = `Remove "${id}" from this machine? Its ${byteSize(size)} can be downloaded again.`;
    if ((await window.showWarningMessage(message, { modal: true }, remove)) !== remove) return;
    const options = { now: this.#now, signal: AbortSignal.timeout(10_000) };
    const release = await this.#cache.lock(id, options);
    try {
      await this.#cache.remove(id);
    } finally {
      await release();
      this.refresh();
    }
  }

  async copyId({ id }: CachedModel): Promise<void> {
    await env.clipboard.writeText(id);
  }

  async reveal({ folder }: CachedModel): Promise<void> {
    await commands.executeCommand('revealFileInOS', Uri.file(folder));
  }
}

function graphItem({ model, graph }: GraphNode): TreeItem {
  const item = new TreeItem(graph.file);
  const judgment = judgmentOf([graph]);
  item.id = `${model}/${graph.commit}/${graph.file}`;
  item.description = judgment.text;
  item.iconPath = new ThemeIcon(judgment.icon);
  item.tooltip = `${graph.file}: ${judgment.text}\ncommit ${graph.commit}`;
  item.accessibilityInformation = { label: `${graph.file}, ${judgment.text}` };
  return item;
}

/** What is known of a model's files; one that can be trained is enough. */
function judgmentOf(graphs: readonly CachedGraph[]): { text: string; icon: string } {
  const verdicts = graphs.map(({ verdict }) => verdict);
  const kind = verdicts.find((one) => one?.kind !== undefined)?.kind;
  if (kind !== undefined) return { text: `trainable, ${kind}`, icon: 'pass' };
  const reason = verdicts.find((one) => one?.reason !== undefined)?.reason;
  if (reason !== undefined) return { text: `not trainable: ${reason}`, icon: 'error' };
  return { text: 'not checked', icon: 'circle-outline' };
}

/** Plain text: names and reasons come from other people's files. */
function tooltipOf({ id, folder, revisions }: CachedModel, description: string): string {
  return [`${id} (${revisions.join(', ')})`, description, folder].join('\n');
}

/** When a model was last used, in a few words. */
function usedText(lastUse: number | undefined, now: number): string {
  if (lastUse === undefined) return 'never used';
  const days = Math.floor((now - lastUse) / 86_400_000);
  if (days < 1) return 'used today';
  return days === 1 ? 'used yesterday' : `used ${days} days ago`;
}
