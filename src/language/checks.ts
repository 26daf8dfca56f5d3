/** Checks over several parts of a file: what is missing, what contradicts, what has no effect. */
import type { Prompt, SettingSpan, Span } from './ast.ts';
import type { Diagnostic } from './diagnostics.ts';
import { diagnostic } from './diagnostics.ts';
import { checkDeepEncoders } from './deepChecks.ts';
import { nearestName, suggestion } from './nearest.ts';
import { isPromptName } from './promptReader.ts';
import { exclusiveSettings, initFits } from './settingFits.ts';
import type { Settings } from './settings.ts';

type Spans = ReadonlyMap<string, SettingSpan>;

/** Reports settings that are missing or contradict each other; `place` is for what is missing. */
export function checkSettings(
  settings: Settings,
  spans: Spans,
  place: Span,
  diagnostics: Diagnostic[],
): void {
  const { data } = settings;
  if (!spans.has('model')) {
    const message = 'The settings name no model. Add "model: bundled/mini-mlm" or another';
    diagnostics.push(diagnostic('settings/no-model', place, message));
  }
  if (!spans.has('answer')) {
    const message =
      'The settings do not say what the model has to produce. Add "answer: " and the name of a column';
    diagnostics.push(diagnostic('settings/no-answer', place, message));
  }
  // What stands in place of the section is told itself, as a value of the wrong kind.
  const isSection = !diagnostics.some(({ span }) => span === spans.get('data')?.value);
  if (!spans.has('data.train') && !spans.has('examples') && isSection) {
    const message =
      'The settings name no training examples. Add "data:" with "train: file.jsonl" under it, or "examples:"';
    diagnostics.push(diagnostic('settings/no-data', spans.get('data')?.key ?? place, message));
  }
  for (const [one, other] of exclusiveSettings) conflict(one, other, spans, diagnostics);
  if (typeof data.validation === 'number' && typeof data.test === 'number') {
    const share = spans.get('data.test') ?? spans.get('data.validation');
    if (share && data.validation + data.test >= 1) {
      const message = `validation (${data.validation}) and test (${data.test}) leave nothing to train on; their shares have to sum to less than 1`;
      const other = spans.get('data.validation')?.value;
      const related =
        other && other !== share.value ? [{ span: other, message: 'The share of validation' }] : [];
      diagnostics.push(diagnostic('settings/conflict', share.value, message, { related }));
    }
  }
  checkLabels(settings, spans, diagnostics);
}

/** Reports names that are used twice, a baseline that is no prompt, and settings without effect. */
export function checkPrompts(
  prompts: readonly Prompt[],
  settings: Settings,
  spans: Spans,
  diagnostics: Diagnostic[],
): void {
  const first = new Map<string, Prompt>();
  for (const prompt of prompts) {
    const other = first.get(prompt.name);
    if (other) {
      const message = `Another prompt is named "${prompt.name}" already. Choose a name of its own`;
      diagnostics.push(
        diagnostic('prompt/duplicate-name', prompt.nameSpan, message, {
          related: [{ span: other.nameSpan, message: 'The first prompt of this name' }],
        }),
      );
    } else first.set(prompt.name, prompt);
    checkOwnSettings(prompt, settings, spans, diagnostics);
    checkDropout(prompt, spans, diagnostics);
  }
  checkDeepEncoders(prompts, spans, diagnostics);
  const { baseline } = settings;
  const place = spans.get('baseline');
  if (baseline === undefined || !place || prompts.length === 0 || first.has(baseline)) return;
  const names = [...first.keys()].filter(isPromptName);
  const nearest = nearestName(baseline, names);
  const hint = suggestion(baseline, names, 'Prompts are');
  diagnostics.push(
    diagnostic(
      'settings/unknown-baseline',
      place.value,
      `The baseline "${baseline}" is no prompt of this file. ${hint}`,
      nearest === undefined ? {} : { data: { replacement: nearest } },
    ),
  );
}

function conflict(one: string, other: string, spans: Spans, diagnostics: Diagnostic[]): void {
  const first = spans.get(one);
  const second = spans.get(other);
  if (!first || !second) return;
  const message = `"${one}" and "${other}" cannot both be given. Remove one of them`;
  const [earlier, later] = first.key.start < second.key.start ? [first, second] : [second, first];
  diagnostics.push(
    diagnostic('settings/conflict', later.key, message, {
      related: [{ span: earlier.key, message: 'The other one' }],
    }),
  );
}

/** A label can be told from another only by a word that the other has not. */
function checkLabels(settings: Settings, spans: Spans, diagnostics: Diagnostic[]): void {
  const { labels, train } = settings;
  if (!labels) {
    const place = spans.get('train.init');
    if (!initFits(train.init, settings) && place && !spans.has('labels')) {
      const message =
        'Virtual tokens cannot start from labels, since the settings have no "labels"';
      diagnostics.push(diagnostic('settings/no-labels', place.value, message));
    }
    return;
  }
  const seen = new Map<string, string>();
  for (const { name, words } of labels) {
    const key = JSON.stringify(words.map((word) => word.trim()).toSorted());
    const other = seen.get(key);
    const place = spans.get(`labels.${name}`);
    if (other !== undefined && place) {
      const message = `The labels "${other}" and "${name}" have the same words, so they always score the same. Give each a word of its own`;
      const first = spans.get(`labels.${other}`)!.value;
      const related = [{ span: first, message: `The words of "${other}"` }];
      diagnostics.push(diagnostic('settings/unreachable-label', place.value, message, { related }));
    } else seen.set(key, name);
  }
  const candidates = spans.get('candidates');
  if (candidates) {
    const message = '"candidates" has no effect beside "labels": the labels are the candidates';
    const listed = spans.get('labels')?.key;
    const related = listed ? [{ span: listed, message: 'The labels' }] : [];
    diagnostics.push(diagnostic('settings/no-effect', candidates.key, message, { related }));
  }
}

function checkOwnSettings(
  prompt: Prompt,
  settings: Settings,
  spans: Spans,
  diagnostics: Diagnostic[],
): void {
  conflict('steps', 'epochs', prompt.settingSpans, diagnostics);
  const init = prompt.settingSpans.get('init');
  if (init && !initFits(prompt.train.init, settings) && !spans.has('labels')) {
    const message = 'Virtual tokens cannot start from labels, since the settings have no "labels"';
    diagnostics.push(diagnostic('settings/no-labels', init.value, message));
  }
  if (prompt.kind === 'continuous') return;
  for (const [key, place] of prompt.settingSpans) {
    if (key.includes('.') || key === 'expect') continue;
    const message = `"${key}" has no effect: "${prompt.name}" has no virtual tokens, so it is not trained`;
    const related = [{ span: prompt.templateSpan, message: 'The template without virtual tokens' }];
    diagnostics.push(diagnostic('settings/no-effect', place.key, message, { related }));
  }
}

/** Dropout stands between the layers of the LSTM only. */
function checkDropout(prompt: Prompt, spans: Spans, diagnostics: Diagnostic[]): void {
  const { encoder, layers, dropout } = prompt.train;
  const place = prompt.settingSpans.get('dropout') ?? spans.get('train.dropout');
  const works = encoder === 'lstm' && layers > 1;
  if (prompt.kind === 'discrete' || !place || dropout === 0 || works) return;
  const what = encoder === 'lstm' ? 'an LSTM of one layer' : `the encoder "${encoder}"`;
  const message = `"dropout" has no effect on "${prompt.name}": it works between the layers of an LSTM, and the prompt has ${what}`;
  const cause = encoder === 'lstm' ? 'layers' : 'encoder';
  const reason = prompt.settingSpans.get(cause) ?? spans.get(`train.${cause}`);
  const related = reason ? [{ span: reason.value, message: `What "${prompt.name}" has` }] : [];
  diagnostics.push(diagnostic('settings/no-effect', place.key, message, { related }));
}
