/** Writes settings of `train` into a file, where the prompt that they are for has them from. */
import type { Prompt, PtuneFile } from '../ast.ts';
import { parse } from '../parser.ts';
import type { TrainKey } from '../schema.ts';
import { applyEdits, type TextEdit } from '../textEdit.ts';
import { yamlScalar } from '../yamlScalar.ts';
import { addUnder } from './settingEdits.ts';

type TrainValues = Readonly<Partial<Record<TrainKey, unknown>>>;

/** Of two that say the same in different units only one can be given. */
const rivals: Readonly<Partial<Record<TrainKey, TrainKey>>> = { steps: 'epochs', epochs: 'steps' };

/**
 * `text` in which the prompt called `name` is trained with `values`, and nothing else is changed: a
 * value that is written is replaced where it stands; one that is not goes under `train`, or, where other
 * prompts are trained too, into the prompt's own braces. Undefined where that cannot be done.
 */
export function withTrainValues(
  text: string,
  name: string,
  values: TrainValues,
): string | undefined {
  const file = parse(text);
  const prompt = file.prompts.find((one) => one.name === name);
  if (!prompt) return undefined;
  const edits: TextEdit[] = [];
  const added: string[] = [];
  for (const [key, value] of Object.entries(values) as [TrainKey, unknown][]) {
    const setting = `${key}: ${trainValueText(value)}`;
    const place = placeOf(file, prompt, key);
    if (place)
      edits.push({ span: { start: place.key.start, end: place.value.end }, text: setting });
    else added.push(setting);
  }
  const addition = added.length === 0 ? undefined : additionOf(file, prompt, added);
  if (added.length > 0 && !addition) return undefined;
  // What is new may come right before what is replaced.
  const result = applyEdits(text, [...(addition ?? []), ...edits]);
  return isRight(file, parse(result), name, values) ? result : undefined;
}

/** The lines that a person would write: under `train`, or at the prompt where others are trained, too. */
export function trainLines(file: PtuneFile, name: string, values: TrainValues): string[] {
  const settings = Object.entries(values).map(([key, value]) => `${key}: ${trainValueText(value)}`);
  const prompt = file.prompts.find((one) => one.name === name);
  const isOwn =
    prompt !== undefined && Object.keys(values).some((key) => prompt.settingSpans.has(key));
  if (isOwn || !isTrainedAlone(file)) return [`@prompt ${name} {${settings.join(', ')}}`];
  return ['train:', ...settings.map((setting) => `  ${setting}`)];
}

/** A value of a setting as it is written. */
export function trainValueText(value: unknown): string {
  return typeof value === 'string' ? yamlScalar(value) : JSON.stringify(value);
}

/** Where a prompt has a setting, or the one in its place, from. */
function placeOf(file: PtuneFile, prompt: Prompt, key: TrainKey) {
  const rival = rivals[key];
  const own = prompt.settingSpans.get(key) ?? (rival && prompt.settingSpans.get(rival));
  if (own || !isTrainedAlone(file)) return own;
  return (
    file.settingSpans.get(`train.${key}`) ??
    (rival && file.settingSpans.get(`train.${rival}`)) ??
    undefined
  );
}

function additionOf(
  file: PtuneFile,
  { nameSpan, headSpan, settingSpans }: Prompt,
  settings: readonly string[],
): readonly TextEdit[] | undefined {
  if (isTrainedAlone(file)) return addUnder(file, 'train', settings, '')?.edits;
  const [first] = settingSpans.values();
  if (first) {
    const at = first.key.start;
    return [{ span: { start: at, end: at }, text: `${settings.join(', ')}, ` }];
  }
  return [{ span: { start: nameSpan.end, end: headSpan.end }, text: ` {${settings.join(', ')}}` }];
}

function isTrainedAlone({ prompts }: PtuneFile): boolean {
  return prompts.filter(isTrained).length === 1;
}

const isTrained = ({ kind, from }: Prompt): boolean => kind === 'continuous' && from === undefined;

/** Whether the prompt has the values now, and every other one is trained as before. */
function isRight(before: PtuneFile, after: PtuneFile, name: string, values: TrainValues): boolean {
  const errors = ({ diagnostics }: PtuneFile) =>
    diagnostics.filter(({ severity }) => severity === 'error').length;
  if (errors(after) > errors(before) || before.prompts.length !== after.prompts.length)
    return false;
  return before.prompts.every((was, i) => {
    const is = after.prompts[i]!;
    if (is.name !== was.name || is.templateText !== was.templateText) return false;
    if (!isTrained(was)) return true;
    const wanted: Readonly<Record<string, unknown>> =
      was.name === name ? { ...was.train, ...withoutRival(values), ...values } : { ...was.train };
    return Object.entries(wanted).every(
      ([key, value]) => JSON.stringify(is.train[key as TrainKey]) === JSON.stringify(value),
    );
  });
}

function withoutRival(values: TrainValues): Readonly<Record<string, undefined>> {
  return Object.fromEntries(
    (Object.keys(values) as TrainKey[]).flatMap((key) => {
      const rival = rivals[key];
      return rival ? [[rival, undefined]] : [];
    }),
  );
}
