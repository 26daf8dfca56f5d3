/**
 * The files that one ONNX file is made of: itself and those that hold its weights. All lie in one
 * folder, out of which neither a path nor a link leads, so that opening a model reads nothing else.
 */
import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { PtuneError } from '../base/errors.ts';

/**
 * The folder in which an ONNX file and its weights lie, without links. A cache of the Hub keeps a
 * repository's files as links into its store of files; there it is the repository's folder.
 *
 * @throws PtuneError `model/unreadable` when there is no such file
 */
export function weightsFolder(onnxFile: string): string {
  const folder = realpathSync(dirname(onnxFile));
  const repository = /^(.*[/\\]models--[^/\\]+)[/\\]snapshots[/\\]/.exec(folder + sep)?.[1];
  if (repository !== undefined) return repository;
  try {
    return dirname(realpathSync(onnxFile));
  } catch (error) {
    throw unreadable(onnxFile, reasonOf(error), error);
  }
}

/** Reads the files of one ONNX file by the names that it gives them. */
export class ModelFiles {
  readonly #path: string;
  readonly #folder: string;

  /** @param folder  what names are relative to, and what no file lies outside of */
  constructor(onnxFile: string, folder = weightsFolder(onnxFile)) {
    this.#path = onnxFile;
    this.#folder = folder;
  }

  /**
   * The file that a weight names: its name within the folder of weights and its size in bytes.
   * Undefined where there is none.
   *
   * @throws PtuneError `model/unreadable` when it lies outside of that folder
   */
  locate(location: string): { name: string; size: number } | undefined {
    if (outside.test(location)) throw this.#leaves(location);
    const path = realPath(join(dirname(this.#path), location));
    if (path === undefined) return undefined;
    const name = relative(this.#folder, path);
    if (isAbsolute(name) || name.split(sep)[0] === '..') throw this.#leaves(location);
    const found = statSync(path);
    return found.isFile() ? { name: name.replaceAll(sep, '/'), size: found.size } : undefined;
  }

  /** A part of a file by the name that `locate` gave. */
  read(name: string, offset: number, length: number): Uint8Array {
    const path = join(this.#folder, name);
    // It may have become a link since.
    if (realPath(path) !== path) throw this.#leaves(name);
    const file = openFile(path);
    try {
      return readPart(file, path, offset, length);
    } finally {
      closeSync(file);
    }
  }

  #leaves(location: string): PtuneError {
    return new PtuneError(
      'model/unreadable',
      `"${basename(this.#path)}" keeps weights in ${JSON.stringify(location)}, which lies outside of the model's folder.`,
      'Put the files of a model into one folder, the weights beside the ONNX file.',
    );
  }
}

/** Paths that do not lie in the model's folder; the engine refuses them, too. */
const outside = /^([/\\]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)|\0/;

/** Without links; undefined where there is no such file. */
function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** Opens a file to read it. Throws `model/unreadable`. */
export function openFile(path: string): number {
  try {
    if (!statSync(path).isFile()) throw new Error('it is a folder or no plain file');
    return openSync(path, 'r');
  } catch (error) {
    throw unreadable(path, reasonOf(error), error);
  }
}

/** Bytes of an open file, all of them. Throws `model/unreadable`. */
export function readPart(file: number, path: string, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const count = readSync(file, bytes, done, length - done, offset + done);
    if (count === 0) throw unreadable(path, `it ends before byte ${offset + length}`);
    done += count;
  }
  return bytes;
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function unreadable(path: string, why: string, cause?: unknown): PtuneError {
  return new PtuneError(
    'model/unreadable',
    `The model "${path}" cannot be read: ${why}.`,
    'Check that the file is there and that you may read it.',
    cause,
  );
}
