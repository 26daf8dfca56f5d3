/** `PTune: New Prompt File`: from a data file to a `.ptune` file that can be scored at once. */
import {
  type QuickPickItem,
  QuickPickItemKind,
  Range,
  SnippetString,
  Uri,
  window,
  workspace,
} from 'vscode';
import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { PtuneError } from '../../base/errors.ts';
import { type Table, readTable, tableExtensions } from '../../data/table.ts';
import type { ModelPlaces } from '../../hub/locate.ts';
import { describeModel } from '../../hub/modelFacts.ts';
import { splitFilesOf } from '../../language/dataSplits.ts';
import { type ColumnFacts, columnFacts } from './columns.ts';
import {
  type NewPromptFile,
  canStandInTemplate,
  promptFileText,
  wordingSnippet,
  wordingSpan,
} from './promptFileText.ts';
import { type Answered, type StepPlace, pickMany, pickOne } from './steps.ts';

const title = 'New Prompt File';
const endings = tableExtensions.map((ending) => ending.slice(1));

/** What is known so far; each step adds to it. */
interface Draft {
  readonly data?: Uri;
  readonly table?: Table;
  readonly answer?: ColumnFacts;
  readonly inputs?: readonly string[];
  readonly labels?: readonly string[] | undefined;
  readonly model?: string;
}

type Step = (draft: Draft, place: (placeholder: string) => StepPlace) => Promise<Answered<Draft>>;

/**
 * Asks for the data, its columns and the model, writes the file beside the data and opens it.
 * Nothing is written when a person gives up.
 *
 * @param places where models lie
 * @throws PtuneError where the data cannot be read
 */
export async function newPromptFile(places: Omit<ModelPlaces, 'fileFolder'>): Promise<void> {
  const steps: readonly Step[] = [
    pickData,
    pickAnswer,
    pickInputs,
    (draft, place) => pickModel(draft, place, places.bundledFolder),
  ];
  const drafts: Draft[] = [{}];
  while (drafts.length <= steps.length) {
    const step = drafts.length;
    const place = (placeholder: string) => ({
      title,
      step,
      totalSteps: steps.length,
      placeholder,
    });
    const answered = await steps[step - 1]!(drafts.at(-1)!, place);
    if (answered === 'gone') return;
    if (answered === 'back') drafts.pop();
    else drafts.push(answered.chosen);
  }
  await write(drafts.at(-1)!, places);
}

interface DataItem extends QuickPickItem {
  readonly uri?: Uri;
}

const pickData: Step = async (draft, place) => {
  const found = await workspace.findFiles(`**/*.{${endings.join(',')}}`, '**/{node_modules,.*}/**');
  // Settings of other programs are JSON too; tables in it are seldom what is looked for.
  const isJson = (uri: Uri) => extname(uri.path) === '.json';
  const items = found
    .sort((a, b) => Number(isJson(a)) - Number(isJson(b)) || (a.path < b.path ? -1 : 1))
    .map((uri): DataItem => {
      const path = workspace.asRelativePath(uri);
      const folder = dirname(path);
      return { label: basename(path), description: folder === '.' ? '' : folder, uri };
    });
  const other: DataItem = { label: 'Another file…', alwaysShow: true };
  const line: DataItem = { label: '', kind: QuickPickItemKind.Separator };
  const answered =
    items.length === 0
      ? { chosen: other }
      : await pickOne([...items, line, other], place('The file with the examples'));
  if (typeof answered === 'string') return answered;
  const data = answered.chosen.uri ?? (await openDialog());
  if (data === undefined) return 'gone';
  return { chosen: { ...draft, data, table: await readTable(data.fsPath) } };
};

async function openDialog(): Promise<Uri | undefined> {
  const filters = { 'Tables of examples': endings };
  const chosen = await window.showOpenDialog({ filters, openLabel: 'Use These Examples', title });
  return chosen?.[0];
}

const pickAnswer: Step = async (draft, place) => {
  const items = columnFacts(draft.table!)
    .filter(({ name }) => canStandInTemplate(name))
    .map((facts) => ({ label: facts.name, description: facts.description, facts }));
  const answered = await pickOne(items, place('The column that the model has to answer'));
  if (typeof answered === 'string') return answered;
  return { chosen: { ...draft, answer: answered.chosen.facts } };
};

const pickInputs: Step = async (draft, place) => {
  const { name: answer, labels } = draft.answer!;
  const items = columnFacts(draft.table!)
    .filter(({ name }) => name !== answer && canStandInTemplate(name))
    .map(({ name, description }) => ({ label: name, description }));
  const answered = await pickMany(items, items, place('The columns that the model reads'));
  if (typeof answered === 'string') return answered;
  return { chosen: { ...draft, labels, inputs: answered.chosen.map(({ label }) => label) } };
};

async function pickModel(
  draft: Draft,
  place: (placeholder: string) => StepPlace,
  bundledFolder: string,
): Promise<Answered<Draft>> {
  const bundled = (await readdir(bundledFolder)).sort().reverse();
  const other = {
    label: 'Another model…',
    description: 'a folder, or owner/name of the Hugging Face Hub',
    model: undefined,
  };
  const items = [
    ...bundled.map((name) => ({
      label: `bundled/${name}`,
      description: name.includes('clm')
        ? 'writes what comes next; comes with the extension'
        : 'fills in gaps; comes with the extension',
      model: `bundled/${name}`,
    })),
    other,
  ];
  const answered = await pickOne(items, place('The model that is asked'));
  if (typeof answered === 'string') return answered;
  const model =
    answered.chosen.model ??
    (await window.showInputBox({
      title,
      prompt: 'A folder (./models/mine), or owner/name of the Hugging Face Hub',
      ignoreFocusOut: true,
    }));
  // An empty name is no choice: the list comes again.
  return model === undefined || model.trim() === ''
    ? pickModel(draft, place, bundledFolder)
    : { chosen: { ...draft, model: model.trim() } };
}

/**
 * Writes the file beside its data under a name that is free, and opens it at its template in words, of
 * which the words are selected one after the other: typing replaces them and keeps the slots.
 */
async function write(
  { data, answer, inputs, labels, model }: Draft,
  places: Omit<ModelPlaces, 'fileFolder'>,
): Promise<void> {
  const folder = dirname(data!.fsPath);
  const names = new Set(await readdir(folder));
  const ending = extname(data!.fsPath);
  const name = basename(data!.fsPath);
  const stem = basename(name, ending).replace(/[._-]?train$/i, '');
  const file: NewPromptFile = {
    model: model!,
    ...splitFilesOf(name, names),
    answer: answer!.name,
    inputs: inputs!,
    labels,
    endsWithAnswer: await isCausal(model!, { ...places, fileFolder: folder }),
  };
  const text = promptFileText(file);
  const uri = Uri.file(join(folder, freeName(stem === '' ? 'prompts' : stem, names)));
  await workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  const document = await workspace.openTextDocument(uri);
  const editor = await window.showTextDocument(document);
  const { start, end } = wordingSpan(text);
  const line = new Range(document.positionAt(start), document.positionAt(end));
  editor.revealRange(line);
  await editor.insertSnippet(new SnippetString(wordingSnippet(file)), line);
  // The snippet wrote what the file has already.
  await document.save();
}

/** Whether a model goes on with a text; one that is not on this machine may do anything. */
async function isCausal(id: string, places: ModelPlaces): Promise<boolean> {
  const found = await describeModel({ id }, places);
  if (found === 'missing' || found instanceof PtuneError) return false;
  return found.model.kind === 'causal';
}

function freeName(stem: string, taken: ReadonlySet<string>): string {
  for (let i = 1; ; i++) {
    const name = `${stem}${i === 1 ? '' : `-${i}`}.ptune`;
    if (!taken.has(name)) return name;
  }
}
