/** The project as its tests see it: folders, sources and what they import. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

/** The project's folder. */
export const root = resolve(import.meta.dirname, '../..');

/** The text of a file of the project. */
export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Paths of the TypeScript files below a folder of the project, relative to it. */
export function sourcesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(folder, path))
    .sort();
}

/**
 * What a source file imports, in any form (static, type-only, dynamic, `require`): paths of the
 * project for relative ones, module names for others.
 */
export function importsOf(path: string): string[] {
  return ts
    .preProcessFile(read(path), true, true)
    .importedFiles.map(({ fileName }) =>
      fileName.startsWith('.') ? relative(root, resolve(root, dirname(path), fileName)) : fileName,
    );
}

/** The layer that a path of the project belongs to: its folder in `src`, or "webview". */
export function layerOf(path: string): string | undefined {
  return /^(?:src\/([^/]+)\/|(webview)\/)/.exec(path)?.slice(1).find(Boolean);
}
