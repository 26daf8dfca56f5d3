/** The tree of runs: files, their prompts, and the runs of each. A plain value, kept in step. */
import { basename, dirname, join } from 'node:path';
import type { PtuneError } from '../../base/errors.ts';
import { isRunId } from '../../runs/runId.ts';
import type { RunHeader } from '../../runs/runHeader.ts';

/** What lies in a run's folder: a run, or something that cannot be read as one. */
export type FoundHeader =
  | { readonly kind: 'run'; readonly folder: string; readonly header: RunHeader }
  | { readonly kind: 'broken'; readonly folder: string; readonly error: PtuneError };

/** A `.ptune` file that has runs, by its absolute path. */
export interface FileNode {
  readonly kind: 'file';
  readonly path: string;
  readonly prompts: PromptNode[];
}

/** A prompt that has runs; pinned ones first, then the newest. */
export interface PromptNode {
  readonly kind: 'prompt';
  readonly file: FileNode;
  readonly name: string;
  readonly runs: RunNode[];
}

export interface RunNode {
  readonly kind: 'run';
  readonly prompt: PromptNode;
  /** New after each reading of the run. */
  header: RunHeader;
}

/** A folder that should hold a run. */
export interface BrokenNode {
  readonly kind: 'broken';
  readonly folder: string;
  readonly error: PtuneError;
}

export type TreeNode = FileNode | PromptNode | RunNode | BrokenNode;

/** What has to be shown again: everything, or some nodes. */
export type TreeChange = 'all' | readonly TreeNode[];

/** The tree over all runs that were found. Nodes stay the same objects while their runs are there. */
export class RunTree {
  readonly #found = new Map<string, FoundHeader>();
  readonly #files = new Map<string, FileNode>();
  readonly #prompts = new Map<string, PromptNode>();
  readonly #runs = new Map<string, RunNode>();
  #roots: TreeNode[] = [];

  get roots(): readonly TreeNode[] {
    return this.#roots;
  }

  /** All runs, in the order of the tree. */
  get runs(): readonly RunNode[] {
    return this.#roots.flatMap((root) =>
      root.kind === 'file' ? root.prompts.flatMap((prompt) => prompt.runs) : [],
    );
  }

  /** The run in a folder. */
  run(folder: string): RunNode | undefined {
    return this.#runs.get(folder);
  }

  /** Takes in everything that was found, in place of all before. */
  replace(found: readonly FoundHeader[]): TreeChange {
    this.#found.clear();
    for (const one of found) this.#found.set(one.folder, one);
    this.#build();
    return 'all';
  }

  /** Takes in one folder that was read again; undefined when nothing is there any more. */
  update(folder: string, found: FoundHeader | undefined): TreeChange {
    const before = this.#found.get(folder);
    if (found === undefined) this.#found.delete(folder);
    else this.#found.set(folder, found);
    const node = this.#runs.get(folder);
    if (before?.kind === 'run' && found?.kind === 'run' && node !== undefined) {
      if (placeOf(before.header) === placeOf(found.header)) {
        node.header = found.header;
        // What its prompt says depends on how its runs stand.
        return before.header.state === found.header.state ? [node] : [node.prompt, node];
      }
    }
    if (before === undefined && found === undefined) return [];
    this.#build();
    return 'all';
  }

  #build(): void {
    const files = new Set<FileNode>();
    const broken: BrokenNode[] = [];
    for (const { prompts } of this.#files.values()) {
      for (const { runs } of prompts) runs.length = 0;
      prompts.length = 0;
    }
    this.#runs.forEach((_, folder) => {
      if (this.#found.get(folder)?.kind !== 'run') this.#runs.delete(folder);
    });
    for (const found of this.#found.values()) {
      if (found.kind === 'broken') {
        broken.push({ kind: 'broken', folder: found.folder, error: found.error });
        continue;
      }
      const prompt = this.#promptOf(found.header);
      const known = this.#runs.get(found.folder);
      const node: RunNode =
        known?.prompt === prompt ? known : { kind: 'run', prompt, header: found.header };
      node.header = found.header;
      this.#runs.set(found.folder, node);
      prompt.runs.push(node);
      if (!prompt.file.prompts.includes(prompt)) prompt.file.prompts.push(prompt);
      files.add(prompt.file);
    }
    for (const { prompts } of files) {
      prompts.sort((a, b) => compareText(a.name, b.name));
      for (const { runs } of prompts) runs.sort(byPinAndAge);
    }
    this.#roots = [
      ...[...files].sort((a, b) => compareText(a.path, b.path)),
      ...broken.sort((a, b) => compareText(a.folder, b.folder)),
    ];
  }

  #promptOf({ folder, manifest }: RunHeader): PromptNode {
    const path = join(homeOf(folder), manifest.file);
    const key = `${path}\n${manifest.prompt.name}`;
    const known = this.#prompts.get(key);
    if (known !== undefined) return known;
    const file = this.#files.get(path) ?? { kind: 'file', path, prompts: [] };
    this.#files.set(path, file);
    const node: PromptNode = { kind: 'prompt', file, name: manifest.prompt.name, runs: [] };
    this.#prompts.set(key, node);
    return node;
  }
}

/** The folder that a run's `.ptune` file lies in. */
export function homeOf(runFolder: string): string {
  return dirname(dirname(dirname(runFolder)));
}

/**
 * What changed at a path: the folder of one run, or the folder of runs itself. Undefined for what no
 * view of runs shows.
 */
export function changedBy(path: string): { readonly run: string } | 'folder' | undefined {
  if (/[/\\]\.ptune([/\\]runs)?$/.test(path)) return 'folder';
  const match = /^(.*[/\\]\.ptune[/\\]runs[/\\]([^/\\]+))(?:[/\\]([^/\\]+))?$/.exec(path);
  if (match === null) return undefined;
  const [, run, id, file] = match;
  if (!isRunId(id!) || (file !== undefined && !shownFiles.has(file))) return undefined;
  return { run: run! };
}

const shownFiles = new Set(['run.json', 'label.json', 'score.json', 'metrics.jsonl']);

/** Where a run stands in the tree; the same text, the same place. */
function placeOf({ manifest, label }: RunHeader): string {
  return [manifest.file, manifest.prompt.name, manifest.timings.startedAt, label.pinned].join('\n');
}

function byPinAndAge({ header: a }: RunNode, { header: b }: RunNode): number {
  const pins = Number(b.label.pinned ?? false) - Number(a.label.pinned ?? false);
  if (pins !== 0) return pins;
  const started = compareText(b.manifest.timings.startedAt, a.manifest.timings.startedAt);
  return started === 0 ? compareText(b.id, a.id) : started;
}

/** The file's name, for a label. */
export function fileName({ path }: FileNode): string {
  return basename(path);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
