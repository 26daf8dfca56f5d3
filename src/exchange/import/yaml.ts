/** YAML that others wrote, with the places of its parts. */
import { basename } from 'node:path';
import { LineCounter, isMap, isNode, parseDocument } from 'yaml';
import { readText, unreadable } from './readFile.ts';

/** A value as a column holds it. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '');
}

/**
 * A YAML file and the places of its nodes. Throws `import/unreadable`.
 *
 * @param text  in place of the file's own
 * @param before  lines of `text` that the file does not have
 */
export async function readYaml(path: string, text?: string, before = 0) {
  const counter = new LineCounter();
  const document = parseDocument(text ?? (await readText(path)), { lineCounter: counter });
  const [error] = document.errors;
  if (error) throw unreadable(path, `it is no YAML (${error.message.split('\n')[0]!})`, error);
  if (!isMap(document.contents)) throw unreadable(path, 'it holds no settings');
  const placeOf = (node: unknown) => {
    const start = isNode(node) ? node.range?.[0] : undefined;
    return start === undefined
      ? basename(path)
      : `${basename(path)}:${counter.linePos(start).line - before}`;
  };
  // Repeated aliases could grow without end.
  const valueOf = (node: unknown): unknown => {
    try {
      return isNode(node) ? node.toJS(document, { maxAliasCount: 100 }) : undefined;
    } catch (thrown) {
      throw unreadable(path, (thrown as Error).message, thrown);
    }
  };
  return { document, placeOf, valueOf };
}
