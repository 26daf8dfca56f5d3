/** A strict reader of XML, so that a test sees what any parser would see. */

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** The text directly inside, entities undone. */
  readonly text: string;
}

const name = '[A-Za-z_][A-Za-z0-9_.-]*';
const token = new RegExp(
  `<(?<close>/)?(?<tag>${name})(?<attributes>(?:\\s+${name}="[^"<]*")*)\\s*(?<empty>/)?>|(?<text>[^<]+)`,
  'y',
);

/** The root element. Throws where the text is not well-formed. */
export function readXml(text: string): XmlElement {
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u.test(text)) {
    throw new Error('XML has no place for this character');
  }
  const declaration = /^<\?xml version="1.0" encoding="UTF-8"\?>\s*/.exec(text);
  if (declaration === null) throw new Error('no declaration');
  type Open = { name: string; attributes: Record<string, string>; children: Open[]; text: string };
  const root: Open = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  token.lastIndex = declaration[0].length;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const { groups } = token.exec(text) ?? {};
    if (!groups) throw new Error(`not XML: ${text.slice(at, at + 40)}`);
    const top = open.at(-1)!;
    if (groups['text'] !== undefined) top.text += undone(groups['text']);
    else if (groups['close'] !== undefined) {
      if (open.length === 1 || top.name !== groups['tag']) throw new Error(`</${groups['tag']!}>`);
      open.pop();
    } else {
      const element: Open = { name: groups['tag']!, attributes: {}, children: [], text: '' };
      for (const [, key, value] of groups['attributes']!.matchAll(/([^\s=]+)="([^"]*)"/g)) {
        if (key! in element.attributes) throw new Error(`two attributes ${key!}`);
        element.attributes[key!] = undone(value!);
      }
      top.children.push(element);
      if (groups['empty'] === undefined) open.push(element);
    }
  }
  if (open.length > 1 || root.children.length !== 1 || root.text.trim() !== '') {
    throw new Error('there has to be one root element, closed at the end');
  }
  return root.children[0]!;
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

function undone(text: string): string {
  return text.replace(/&(?:#(\d+);|(\w+);)?/g, (whole, code?: string, entity?: string) => {
    if (code !== undefined) return String.fromCodePoint(Number(code));
    const character = entity === undefined ? undefined : entities[entity];
    if (character === undefined) throw new Error(`no such entity: ${whole}`);
    return character;
  });
}
