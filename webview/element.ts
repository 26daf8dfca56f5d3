/**
 * Builds DOM elements. Text is always text: nothing here parses HTML, and characters that would turn
 * the text around them are written out.
 */
import { visibleText } from '../src/protocol/visibleText.ts';

export type Child = Node | string | number | false | undefined;

export interface Attributes {
  readonly class?: string | undefined;
  /** Listeners by event name. */
  readonly on?: Readonly<Record<string, (event: Event) => void>>;
  /** CSS custom properties, set through the object model since the page allows no inline style. */
  readonly vars?: Readonly<Record<`--${string}`, string | number>>;
  /** Any other attribute; `true` is present without a value, `false` and undefined are absent. */
  readonly [name: string]:
    | string
    | number
    | boolean
    | undefined
    | Readonly<Record<string, (event: Event) => void>>
    | Readonly<Record<`--${string}`, string | number>>;
}

/** An HTML element with attributes and children. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  return filled(document.createElement(tag), attributes, children);
}

/** A custom element of the controls library. */
export function custom(
  tag: string,
  attributes: Attributes,
  ...children: readonly Child[]
): HTMLElement {
  return filled(document.createElement(tag), attributes, children);
}

/** An SVG element with attributes and children. */
export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

function filled<E extends HTMLElement | SVGElement>(
  element: E,
  { on, vars, ...attributes }: Attributes,
  children: readonly Child[],
): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false || typeof value === 'object') continue;
    element.setAttribute(name, value === true ? '' : visibleText(String(value)));
  }
  for (const [event, listener] of Object.entries(on ?? {})) {
    element.addEventListener(event, listener);
  }
  for (const [name, value] of Object.entries(vars ?? {})) {
    element.style.setProperty(name, String(value));
  }
  for (const child of children) {
    if (child !== false && child !== undefined) {
      element.append(child instanceof Node ? child : visibleText(String(child)));
    }
  }
  return element;
}
