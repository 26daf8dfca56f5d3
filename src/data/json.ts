/** Reads tables from JSON: one object a line, or one list of objects. */
import type { Row } from './table.ts';
import { unreadable } from './table.ts';

/**
 * The rows of JSON Lines; blank lines count as lines but hold no row.
 *
 * @throws PtuneError `data/unreadable` with the line that is no JSON object of plain values.
 */
export function readJsonLines(text: string, file: string): Row[] {
  const rows: Row[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (error) {
      const found = `is no JSON in line ${index + 1}: ${reasonOf(error)}`;
      const next = 'Write one object a line, such as {"country": "Peru", "capital": "Lima"}.';
      throw unreadable(file, found, next, { line: index + 1, cause: error });
    }
    rows.push(rowFrom(value, index + 1, file));
  }
  return rows;
}

/**
 * The rows of a JSON list of objects.
 *
 * @throws PtuneError `data/unreadable` when it is no such list, with the line at fault.
 */
export function readJson(text: string, file: string): Row[] {
  if (text.trim() === '') return [];
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    const position = /position (\d+)/.exec(reasonOf(error))?.[1];
    const line =
      position === undefined ? lineCount(text) : lineCount(text.slice(0, Number(position)));
    const found = `is no JSON in line ${line}: ${reasonOf(error)}`;
    const hint = looksLikeLines(text)
      ? 'It looks like one object a line: name it .jsonl.'
      : 'Write a list of objects, [{…}, {…}].';
    throw unreadable(file, found, hint, { line, cause: error });
  }
  if (!Array.isArray(list)) {
    throw unreadable(
      file,
      `holds ${kindOf(list)}, not a list`,
      'Write a list of objects, [{…}, {…}].',
    );
  }
  const lines = itemLines(text);
  return list.map((value: unknown, index) => rowFrom(value, lines[index] ?? 1, file));
}

function rowFrom(value: unknown, line: number, file: string): Row {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const next = 'Every example is an object, such as {"country": "Peru", "capital": "Lima"}.';
    const found = `has ${kindOf(value)} in line ${line} where an example should be`;
    throw unreadable(file, found, next, { line });
  }
  const entries = Object.entries(value).map(
    ([column, cell]: [string, unknown]): [string, string] => {
      if (typeof cell === 'object' && cell !== null) {
        const next = 'Examples are flat: give each value a column of its own.';
        const found = `has ${kindOf(cell)} in column "${column}" of line ${line}`;
        throw unreadable(file, found, next, { line });
      }
      if (typeof cell === 'string') return [column, cell];
      return [column, cell === null ? '' : JSON.stringify(cell)];
    },
  );
  return { values: Object.fromEntries(entries), line };
}

/** The line on which each item of the outermost list begins, from 1. */
function itemLines(text: string): number[] {
  const lines: number[] = [];
  let line = 1;
  let depth = 0;
  let expectsItem = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === '\n') line++;
    if (/\s/.test(character)) continue;
    if (depth === 1 && expectsItem && character !== ']') {
      lines.push(line);
      expectsItem = false;
    }
    if (character === '"') {
      for (at++; text[at] !== '"' && at < text.length; at++) if (text[at] === '\\') at++;
    } else if (character === '[' || character === '{') {
      depth++;
      expectsItem = depth === 1;
    } else if (character === ']' || character === '}') depth--;
    else if (character === ',' && depth === 1) expectsItem = true;
  }
  return lines;
}

function looksLikeLines(text: string): boolean {
  return /^\s*\{.*\}\s*\r?\n\s*\{/.test(text);
}

function lineCount(text: string): number {
  return text.split('\n').length;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? 'a text' : `the value ${JSON.stringify(value)}`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.split('\n')[0]! : String(error);
}
