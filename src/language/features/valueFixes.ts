/** Quick fixes for values of settings: of the wrong kind, out of range, or a word that is none. */
import type { PtuneFile, SettingSpan } from '../ast.ts';
import { type SettingHelp, settingHelp } from '../settingHelp.ts';
import { readScalar, yamlScalar } from '../yamlScalar.ts';
import { type FixContext, type Fixers, type QuickFix, changeTitle, replace } from './fix.ts';
import {
  eolOf,
  lineIndent,
  removal,
  removeTitle,
  settingAround,
  settingAt,
} from './settingEdits.ts';
import { dataLines, labelLines, labelsOf } from './settingsFixes.ts';

type Found = readonly [string, SettingSpan];

/** The fixes by code. */
export const valueFixes: Fixers = {
  'settings/wrong-type': (context) => {
    const { diagnostic, written } = context;
    const found = settingAt(context);
    const inner = /^["'](.*)["']$/.exec(written)?.[1];
    if (inner !== undefined && /^-?\d+(\.\d+)?$|^(true|false)$/.test(inner)) {
      return [replace(diagnostic.span, inner, changeTitle(inner), true), ...lastResort(context)];
    }
    const takesList = diagnostic.message.includes('has to be a list of');
    return [
      takesList && /^[\w.-]+$/.test(written)
        ? replace(diagnostic.span, `[${written}]`, changeTitle(`[${written}]`), true)
        : undefined,
      withinLimits(context),
      ...(found ? [asData(context, found), asLabels(context, found)] : []),
      ...(found ? instead(context, found) : []),
      ...asBoolean(context, found),
      ...lastResort(context),
    ];
  },
  'settings/out-of-range': (context) => {
    const found = settingAt(context);
    return [
      withinLimits(context),
      found && /^labels\./.test(found[0]) ? asLabels(context, found) : undefined,
      ...(found
        ? [differentSeeds(context, found), ...asRange(context, found), asShare(context, found)]
        : []),
      ...lastResort(context),
    ];
  },
  'settings/unknown-value': (context) => {
    const found = settingAt(context);
    const words = (found && helpOf(context.file, found)?.values) ?? [];
    const changes = words.map((value) =>
      replace(context.diagnostic.span, value, changeTitle(value)),
    );
    return changes.length > 0 ? changes : lastResort(context);
  },
};

/** What the schema says of a setting, whether it stands in the file's settings or in a prompt's. */
function helpOf(file: PtuneFile, [path, place]: Found): SettingHelp | undefined {
  const scope = file.settingSpans.get(path) === place ? 'file' : 'prompt';
  return settingHelp(path.split('.'), scope);
}

/** The default in place of the value, or no such setting at all: right wherever nothing else is. */
function lastResort(context: FixContext): QuickFix[] {
  const { file, diagnostic, written } = context;
  const found = settingAt(context) ?? settingAround(context);
  if (!found) return [];
  const [path, place] = found;
  const isValue =
    diagnostic.span.start === place.value.start &&
    diagnostic.span.end === place.value.end &&
    place.key.start !== place.value.start;
  // A sweep takes lists and ranges of what the default is one of.
  const hasDefault = isValue && !path.startsWith('sweep.');
  const usual = hasDefault ? helpOf(file, found)?.defaultValue : undefined;
  const scalar = usual?.startsWith('"') ? usual.slice(1, -1) : usual;
  return [
    ...(scalar === undefined || scalar === written
      ? []
      : [replace(diagnostic.span, scalar, `${changeTitle(scalar)}, the default`)]),
    removal(file, place, removeTitle(path)),
  ];
}

/** What can stand in place of a model or a condition of another kind. */
function instead({ diagnostic: { span }, facts }: FixContext, [path, place]: Found): QuickFix[] {
  if (place.key.start === place.value.start || span.start !== place.value.start) return [];
  if (path === 'model') {
    const ids = [...new Set([...facts.models.map(({ id }) => id), 'bundled/mini-mlm'])];
    return ids.slice(0, 5).map((id) => replace(span, yamlScalar(id), changeTitle(id)));
  }
  const isCondition = /^expect(\.\d+)?$/.test(path);
  return isCondition ? [replace(span, 'accuracy >= 0.8', changeTitle('accuracy >= 0.8'))] : [];
}

/** The path of a data file that stands where the files of the splits belong. */
function asData({ file, facts, written }: FixContext, [path, place]: Found): QuickFix | undefined {
  const train = readScalar(written);
  if (path !== 'data' || train === undefined || /^[\d[{-]/.test(train)) return undefined;
  const lines = dataLines(train, facts);
  const eol = eolOf(file);
  const isLine = lineIndent(file.text, place.key.start) !== undefined;
  const text = isLine
    ? `:${lines.map((line) => `${eol}  ${line}`).join('')}`
    : `: {${lines.join(', ')}}`;
  const span = { start: place.key.end, end: place.value.end };
  return replace(span, text, `Train on "${train}"`, true);
}

/** Names of labels without their words: each becomes its own label word. */
function asLabels(context: FixContext, [path, place]: Found): QuickFix | undefined {
  const { file, diagnostic } = context;
  const label = /^labels\.([^.]+)$/.exec(path)?.[1];
  if (label !== undefined) {
    const words = `[${yamlScalar(label)}]`;
    return replace(diagnostic.span, words, changeTitle(words), true);
  }
  if (path !== 'labels' || place.key.start === place.value.start) return undefined;
  const items = [...file.settingSpans].flatMap(([name, { value }]) =>
    /^labels\.\d+$/.test(name) ? (readScalar(file.text.slice(value.start, value.end)) ?? []) : [],
  );
  const lines = items.length >= 2 ? labelsOf(items) : labelLines(context);
  const isLine = lineIndent(file.text, place.key.start) === '';
  if (!isLine) return undefined;
  const span = { start: place.key.start, end: place.value.end };
  return replace(span, lines.replaceAll('\n', eolOf(file)), 'Give each label its word', true);
}

/** The words that people write for true and false in other places. */
function asBoolean(context: FixContext, found: Found | undefined): QuickFix[] {
  const { file, diagnostic, written } = context;
  const values = (found && helpOf(file, found)?.values) ?? [];
  if (!values.includes('true') || found?.[1].key.start === diagnostic.span.start) return [];
  const meant = /^["']?(?:(yes|on|y|1|true)|(no|off|n|0|false))["']?$/i.exec(written);
  const likely = meant === null ? undefined : meant[1] === undefined ? 'false' : 'true';
  return ['true', 'false']
    .toSorted((a, b) => Number(b === likely) - Number(a === likely))
    .map((value) => replace(diagnostic.span, value, changeTitle(value), value === likely));
}

/** The nearest number that the setting takes, where its limits are among them. */
function withinLimits({ diagnostic, written }: FixContext): QuickFix | undefined {
  const value = Number(written);
  const limits = /a (whole )?number from (\d+)(?: \([^)]*\))? to (below )?(\d+)/.exec(
    diagnostic.message,
  );
  if (!limits || written === '' || !Number.isFinite(value)) return undefined;
  const [, isWhole, least, isBelow, most] = limits;
  if (value > Number(least) && isBelow !== undefined) return undefined;
  const inside = isWhole === undefined ? written : String(Math.round(value));
  const nearest = value < Number(least) ? least! : value > Number(most) ? most! : inside;
  return replace(diagnostic.span, nearest, changeTitle(nearest));
}

/** A list of seeds with each of them once. */
function differentSeeds(
  { file, diagnostic }: FixContext,
  [path, place]: Found,
): QuickFix | undefined {
  if (!diagnostic.message.includes('different whole numbers')) return undefined;
  const places = [file, ...file.prompts].find(
    ({ settingSpans }) => settingSpans.get(path) === place,
  );
  const items = [...(places?.settingSpans ?? [])]
    .filter(([name]) => name.startsWith(`${path}.`))
    .map(([, { value }]) => file.text.slice(value.start, value.end));
  const seeds = `[${[...new Set(items.length === 0 ? ['1'] : items)].join(', ')}]`;
  return replace(diagnostic.span, seeds, changeTitle(seeds), true);
}

/** The limits of a range in their order, or another scale where one of them does not fit it. */
function asRange({ file }: FixContext, [path]: Found): (QuickFix | undefined)[] {
  const [min, max, scale] = ['min', 'max', 'scale'].map(
    (name) => file.settingSpans.get(`${path}.${name}`)?.value,
  );
  if (!min || !max) return [];
  const [least, most] = [min, max].map(({ start, end }) => file.text.slice(start, end));
  const isTurned = Number(least) > Number(most);
  const swapped: QuickFix = {
    title: `Change to a range from ${most} to ${least}`,
    edits: [
      { span: min, text: most! },
      { span: max, text: least! },
    ],
    isPreferred: true,
  };
  const isLog = scale && file.text.slice(scale.start, scale.end) === 'log';
  return [
    isTurned ? swapped : undefined,
    isLog && !isTurned ? replace(scale, 'linear', 'Change the scale to linear') : undefined,
  ];
}

/** A share that was written as a percentage. */
function asShare({ diagnostic, written }: FixContext, [path]: Found): QuickFix | undefined {
  const percentage = Number(written);
  if (!/^data\.(validation|test)$/.test(path) || !(percentage >= 2 && percentage < 100)) {
    return undefined;
  }
  const share = String(percentage / 100);
  return replace(diagnostic.span, share, changeTitle(share), true);
}
