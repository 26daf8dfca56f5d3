/** Tells when the runs of a folder change on the disk, whoever writes them. */
import { type Disposable, type FileSystemWatcher, RelativePattern, Uri, workspace } from 'vscode';
import { changedBy } from './runTree.ts';

/** A training writes many lines a second; a view shows a few of them. */
const pauseMs = 400;

/** What is told; both come after a pause that gathers changes. */
export interface RunListener {
  /** These folders of runs have changed. */
  readonly runsChanged: (folders: readonly string[]) => void;
  /** A `.ptune` file has changed. */
  readonly fileChanged: (path: string) => void;
  /** There may be other runs than before. */
  readonly foldersChanged: () => void;
}

/** Watches the folders `.ptune` of the workspace, and of folders outside of it. */
export class RunWatch implements Disposable {
  readonly #listener: RunListener;
  readonly #watchers = new Map<string, FileSystemWatcher>();
  readonly #runs = new Set<string>();
  #foldersChanged = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(listener: RunListener) {
    this.#listener = listener;
    this.#watch('', workspace.createFileSystemWatcher('**/.ptune/**'));
    this.#watch('files', workspace.createFileSystemWatcher('**/*.ptune'));
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.dispose();
  }

  /** Watches a folder that lies outside of the workspace, too. */
  add(home: string): void {
    if (this.#watchers.has(home)) return;
    const pattern = new RelativePattern(Uri.file(home), '.ptune/**');
    this.#watch(home, workspace.createFileSystemWatcher(pattern));
  }

  #watch(key: string, watcher: FileSystemWatcher): void {
    const changed = ({ fsPath }: Uri) => this.#changed(fsPath);
    watcher.onDidChange(changed);
    watcher.onDidCreate(changed);
    watcher.onDidDelete(changed);
    this.#watchers.set(key, watcher);
  }

  #changed(path: string): void {
    if (path.endsWith('.ptune')) this.#listener.fileChanged(path);
    const change = changedBy(path);
    if (change === undefined) return;
    if (change === 'folder') this.#foldersChanged = true;
    else this.#runs.add(change.run);
    this.#timer ??= setTimeout(() => this.#tell(), pauseMs);
  }

  #tell(): void {
    this.#timer = undefined;
    const runs = [...this.#runs];
    this.#runs.clear();
    if (this.#foldersChanged) {
      this.#foldersChanged = false;
      this.#listener.foldersChanged();
    } else this.#listener.runsChanged(runs);
  }
}
