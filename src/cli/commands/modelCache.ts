/** `ptune models list`, `add` and `remove`: which models there are on this machine. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { byteSize } from '../../base/format.ts';
import type { CachedModel, Verdict } from '../../hub/cachedModels.ts';
import type { ModelChoice } from '../../hub/modelParts.ts';
import { addModel, judge, judged, ownModelCache, removeModel } from '../../training/hubModels.ts';
import { bundledModels, ptuneVersion, trainingContext } from '../environment.ts';
import { print, printJson, type Output } from '../output.ts';
import { Progress } from '../progress.ts';

/** One ONNX file of a model. */
interface Entry {
  readonly id: string;
  readonly place: 'bundled' | 'cache';
  readonly file: string;
  readonly commit?: string;
  /** Bytes of the whole model. */
  readonly size: number;
  /** ISO 8601. */
  readonly lastUse?: string;
  readonly trainable: boolean;
  readonly kind?: string;
  readonly reason?: string;
}

/** Lists the bundled models and those in the cache, with what is known of each. */
export async function listModels(output: Output): Promise<number> {
  const context = trainingContext(() => undefined);
  const bundled = await Promise.all(bundledNames().map(bundledEntry));
  const cached = (await judged(context)).flatMap(entriesOf);
  const models = [...bundled, ...cached];
  if (output.json) {
    printJson({ models, cache: ownModelCache().folder });
    return 0;
  }
  const width = Math.max(...models.map(({ id }) => id.length));
  const fileWidth = Math.max(...models.map(({ file }) => file.length));
  for (const { id, file, size, lastUse, place, kind, reason } of models) {
    const used = place === 'bundled' ? 'bundled' : `used ${lastUse?.slice(0, 10) ?? 'never'}`;
    const says = reason === undefined ? `trainable, ${kind}` : `not trainable: ${reason}`;
    print(
      `${id.padEnd(width)}  ${file.padEnd(fileWidth)}  ${byteSize(size).padStart(7)}  ${used.padEnd(15)}  ${says}`,
    );
  }
  print(`Cache: ${ownModelCache().folder}`);
  return 0;
}

/** Downloads a model, or what is new of it. */
export async function addModelToCache(choice: ModelChoice, output: Output): Promise<number> {
  const progress = new Progress(output);
  const added = await addModel(
    choice,
    trainingContext((event) => (output.json ? printJson(event) : progress.show(event))),
  );
  progress.end();
  const entries = entriesOf(added);
  if (output.json) {
    printJson({ type: 'model', id: added.id, size: added.size, folder: added.folder, entries });
  } else {
    print(`${added.id}: ${byteSize(added.size)} in ${added.folder}`);
    for (const { file, kind, reason } of entries) {
      print(
        `  ${file}: ${reason === undefined ? `trainable, ${kind}` : `not trainable: ${reason}`}`,
      );
    }
  }
  return 0;
}

/** Removes a model from the cache, with the files that no other one has. */
export async function removeModelFromCache(id: string, output: Output): Promise<number> {
  const freed = await removeModel(
    id,
    trainingContext(() => undefined),
  );
  if (output.json) printJson({ id, freed });
  else print(`Removed ${id}; ${byteSize(freed)} are free again.`);
  return 0;
}

function entriesOf({ id, size, lastUse, graphs }: CachedModel): Entry[] {
  return graphs.map(({ commit, file, verdict }) => ({
    ...{ id, place: 'cache' as const, file, commit, size },
    ...(lastUse !== undefined && { lastUse: new Date(lastUse).toISOString() }),
    ...told(verdict),
  }));
}

function told(verdict: Verdict | undefined): Pick<Entry, 'trainable' | 'kind' | 'reason'> {
  const { kind, reason } = verdict ?? {};
  return {
    trainable: kind !== undefined,
    ...(kind !== undefined && { kind }),
    ...(reason !== undefined && { reason }),
  };
}

function bundledNames(): string[] {
  if (!existsSync(bundledModels)) return [];
  return readdirSync(bundledModels).filter((name) => existsSync(join(bundledModels, name, 'onnx')));
}

async function bundledEntry(name: string): Promise<Entry> {
  const folder = join(bundledModels, name);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const sizes = files.map((file) => statSync(join(folder, file))).filter((one) => one.isFile());
  const size = sizes.reduce((sum, one) => sum + one.size, 0);
  const verdict = await judge({ id: folder }, ptuneVersion());
  const id = `bundled/${name}`;
  return { id, place: 'bundled', file: 'onnx/model.onnx', size, ...told(verdict) };
}
