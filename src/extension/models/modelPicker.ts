/** `PTune: Choose Model`: one list of all models, and the chosen one written into the file. */
import { dirname, relative, sep } from 'node:path';
import { QuickPickItemKind, WorkspaceEdit, type TextDocument, window, workspace } from 'vscode';
import { byteSize } from '../../base/format.ts';
import { listText } from '../../base/markdown.ts';
import { listModels, type ModelDescription } from '../../hub/modelFacts.ts';
import { documentOf, parsedFile } from '../documents.ts';
import { rangeOf } from '../features/convert.ts';
import { hubModels, memoryNeed } from './hubModels.ts';

/** Where models lie. */
export interface PickerPlaces {
  readonly bundledFolder: string;
  readonly caches: readonly string[];
}

interface Item {
  readonly label: string;
  readonly kind?: QuickPickItemKind;
  readonly description?: string;
  readonly detail?: string;
  /** What is written as the value of `model`. */
  readonly value?: string;
}

/** Lets a person choose the model of the file in front. */
export async function chooseModel(places: PickerPlaces): Promise<void> {
  const document = await documentOf(undefined);
  const items = itemsFor(document, places);
  const chosen = await window.showQuickPick(items, {
    title: 'Choose Model',
    placeHolder: 'The frozen language model that prompts are trained on',
    matchOnDescription: true,
  });
  if (chosen?.value !== undefined) await writeModel(document, chosen.value);
}

async function itemsFor(document: TextDocument, places: PickerPlaces): Promise<Item[]> {
  const fileFolder = dirname(document.uri.fsPath);
  const here = await listModels({ fileFolder, ...places });
  const known = new Set(here.map(({ id }) => id));
  return [
    ...section('Bundled', here.filter(({ place }) => place === 'bundled').map(itemOf)),
    ...section('On this machine', here.filter(({ place }) => place !== 'bundled').map(itemOf)),
    ...section('Folders', await folderItems(fileFolder)),
    ...section('On the Hub', hubModels.filter(({ id }) => !known.has(id)).map(hubItem)),
  ];
}

function section(label: string, items: readonly Item[]): Item[] {
  return items.length === 0 ? [] : [{ label, kind: QuickPickItemKind.Separator }, ...items];
}

function itemOf({ id, kind, bytes, problem }: ModelDescription): Item {
  const description = [kind, byteSize(bytes)].filter(Boolean).join(' · ');
  return {
    label: listText(id),
    description,
    value: id,
    ...(problem && { detail: listText(`Cannot be trained: ${problem}`) }),
  };
}

function hubItem(model: (typeof hubModels)[number]): Item {
  const { id, family, dtype, bytes } = model;
  return {
    label: id,
    description: family,
    detail: `${byteSize(bytes)} to download; training needs about ${byteSize(memoryNeed(model))} of memory`,
    value: dtype === undefined ? id : `{id: ${id}, dtype: ${dtype}}`,
  };
}

/** Folders of the workspace with an ONNX file, at the places where exporters put it. */
async function folderItems(fileFolder: string): Promise<Item[]> {
  const files = await workspace.findFiles('**/*.onnx', '**/{node_modules,.ptune}/**', 200);
  const folders = new Set(files.map(({ fsPath }) => dirname(fsPath).replace(/[/\\]onnx$/, '')));
  return [...folders].sort().map((folder) => {
    const path = relative(fileFolder, folder).split(sep).join('/');
    const value = path.startsWith('.') ? path : `./${path}`;
    // Paths with other characters could be more than a text in YAML.
    const written = /^[\w./-]+$/.test(value) ? value : JSON.stringify(value);
    return { label: listText(value), description: 'folder', value: written };
  });
}

/** Puts the model in place of the present one, or into the settings where there is none. */
async function writeModel(document: TextDocument, value: string): Promise<void> {
  const place = parsedFile(document).settingSpans.get('model')?.value;
  const edit = new WorkspaceEdit();
  if (place) edit.replace(document.uri, rangeOf(document, place), value);
  else {
    const hasSettings = document.lineAt(0).text.trim() === '---';
    const text = hasSettings ? `model: ${value}\n` : `---\nmodel: ${value}\n---\n`;
    edit.insert(document.uri, document.lineAt(hasSettings ? 1 : 0).range.start, text);
  }
  await workspace.applyEdit(edit);
}
