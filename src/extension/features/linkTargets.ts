/** Finds on the disk what the links of a document lead to. */
import { dirname, join, resolve } from 'node:path';
import { Uri } from 'vscode';
import { PtuneError } from '../../base/errors.ts';
import { describeModel } from '../../hub/modelFacts.ts';
import { isOnDisk } from '../documents.ts';
import type { ModelLookup } from '../../data/storedVectors.ts';
import type { FindTarget } from './links.ts';

/** Finds files beside the document, models in their places, and other models on the Hub. */
export function targetFinder(places: ModelLookup): FindTarget {
  return async (document, target) => {
    const fileFolder = dirname(document.uri.fsPath);
    if (target.kind === 'file') {
      return isOnDisk(document) ? Uri.file(resolve(fileFolder, target.path)) : undefined;
    }
    const { id } = target;
    const found = await describeModel({ id }, { fileFolder, ...places });
    if (found === 'missing') {
      const isHubId = /^[\w.-]+\/[\w.-]+$/.test(id) && !id.startsWith('bundled/');
      return isHubId ? Uri.parse(`https://huggingface.co/${id}`) : undefined;
    }
    return found instanceof PtuneError ? undefined : Uri.file(join(found.folder, 'config.json'));
  };
}
