/** Reads a YAML mapping inside a text into plain values, with the place of every key and value. */
import { isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, Node, Range, Scalar } from 'yaml';
import type { SettingSpan, Span } from './ast.ts';
import type { Diagnostic } from './diagnostics.ts';
import { diagnostic } from './diagnostics.ts';

/** A mapping as plain values; `spans` has each key and list item by its path with dots. */
export interface YamlMapping {
  /** The text that the spans are in. */
  readonly source: string;
  readonly value: Readonly<Record<string, unknown>>;
  readonly spans: ReadonlyMap<string, SettingSpan>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Aliases could otherwise blow a few lines up into millions of values. */
const mostValues = 200_000;
const mostAliases = 1000;
const deepest = 64;

/**
 * Reads the YAML at `span` of `text`, which has to be a mapping. What is under the keys in `verbatim`
 * is read as text just as it is written, so that 007 and 1.0 stay what they are.
 */
export function readYamlMapping(
  text: string,
  span: Span,
  verbatim: ReadonlySet<string>,
): YamlMapping {
  const diagnostics: Diagnostic[] = [];
  const none = { source: text, value: {}, spans: new Map<string, SettingSpan>(), diagnostics };
  let document: Document.Parsed;
  try {
    document = parseDocument(text.slice(span.start, span.end), {
      logLevel: 'silent',
      prettyErrors: false,
    });
  } catch {
    // The library's own recursion ends here on thousands of nested brackets.
    diagnostics.push(diagnostic('settings/yaml', span, 'The YAML is nested too deeply to be read'));
    return none;
  }
  for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
    // The reader tells these with the whole key as their place.
    if (code === 'DUPLICATE_KEY') continue;
    const place = clamped({ start: span.start + pos[0], end: span.start + pos[1] }, span);
    const text = `The YAML cannot be read: ${firstSentence(message)}`;
    diagnostics.push(diagnostic('settings/yaml', place, text));
  }
  const root: Node | null = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) return none;
  if (!isMap(root)) {
    if (diagnostics.length === 0) {
      const message = 'The settings have to be "key: value" lines';
      diagnostics.push(diagnostic('settings/yaml', placeOf(root, span, text), message));
    }
    return none;
  }
  const reader = new Reader(document, text, span, verbatim, diagnostics);
  try {
    const value = reader.plain(root, []) as Record<string, unknown>;
    return { source: text, value, spans: reader.spans, diagnostics };
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
    diagnostics.push(diagnostic('settings/yaml', span, error.message));
    return none;
  }
}

class TooMuch extends Error {}

/** Walks the nodes of one document. */
class Reader {
  readonly spans = new Map<string, SettingSpan>();
  readonly #document: Document.Parsed;
  readonly #text: string;
  readonly #span: Span;
  readonly #verbatim: ReadonlySet<string>;
  readonly #diagnostics: Diagnostic[];
  #values = 0;
  #aliases = 0;

  constructor(
    document: Document.Parsed,
    text: string,
    span: Span,
    verbatim: ReadonlySet<string>,
    diagnostics: Diagnostic[],
  ) {
    this.#document = document;
    this.#text = text;
    this.#span = span;
    this.#verbatim = verbatim;
    this.#diagnostics = diagnostics;
  }

  plain(node: unknown, path: readonly string[]): unknown {
    if (path.length > deepest) throw new TooMuch('The YAML is nested too deeply to be read');
    if (++this.#values > mostValues) {
      throw new TooMuch(
        `The YAML has more than ${mostValues} values; keep examples in a data file`,
      );
    }
    if (isAlias(node)) {
      if (++this.#aliases > mostAliases) {
        throw new TooMuch(`The YAML has more than ${mostAliases} aliases; write the values out`);
      }
      const target = node.resolve(this.#document);
      return target === undefined ? null : this.plain(target, path);
    }
    if (isMap(node)) return this.#mapping(node.items, path);
    if (isSeq(node)) {
      return node.items.map((item, index) => {
        const place = placeOf(item, this.#span, this.#text);
        return this.#child(item, [...path, String(index)], place, place);
      });
    }
    if (isScalar(node)) return this.#scalar(node, path);
    return null;
  }

  #mapping(items: readonly { key: unknown; value: unknown }[], path: readonly string[]): unknown {
    const first = new Map<string, Span>();
    const entries = items.map(({ key, value }): [string, unknown] => {
      const name = isScalar(key) ? scalarText(key) : String(key);
      const keyPlace = placeOf(key, this.#span, this.#text);
      const other = first.get(name);
      if (other) {
        const message = `"${name}" stands twice; keep one of them`;
        const related = [{ span: other, message: `The first "${name}"` }];
        this.#diagnostics.push(
          diagnostic('settings/duplicate-key', keyPlace, message, { related }),
        );
      } else first.set(name, keyPlace);
      const place = placeOf(value, this.#span, this.#text);
      // A key without a value is underlined itself.
      const visible = place.end > place.start ? place : keyPlace;
      return [name, this.#child(value, [...path, name], keyPlace, visible)];
    });
    return Object.fromEntries(entries);
  }

  #child(node: unknown, path: readonly string[], key: Span, value: Span): unknown {
    const name = path.join('.');
    this.spans.set(name, { key, value });
    return this.plain(node, path);
  }

  #scalar(node: Scalar, path: readonly string[]): unknown {
    const { value } = node;
    if (value === null) return path[0] === 'examples' ? '' : null;
    if (typeof value === 'string') return value;
    if (this.#verbatim.has(path[0] ?? '')) return scalarText(node);
    return typeof value === 'number' || typeof value === 'boolean' ? value : scalarText(node);
  }
}

function scalarText(node: Scalar): string {
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
}

/** The place of a node, without the line breaks that a block of lines ends with. */
function placeOf(node: unknown, span: Span, text: string): Span {
  const range = (node as { range?: Range | null } | null)?.range;
  if (!range) return { start: span.start, end: span.start };
  const place = clamped({ start: span.start + range[0], end: span.start + range[1] }, span);
  const written = text.slice(place.start, place.end).trimEnd();
  return { start: place.start, end: place.start + written.length };
}

function clamped({ start, end }: Span, within: Span): Span {
  const first = Math.min(Math.max(start, within.start), within.end);
  return { start: first, end: Math.min(Math.max(end, first), within.end) };
}

function firstSentence(message: string): string {
  return message.split('\n')[0]!.replace(/[.:]$/, '');
}
