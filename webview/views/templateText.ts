/** A template as written, its virtual tokens set apart from its words. */
import { h } from '../element.ts';

export function templateText(template: string): HTMLElement {
  const pieces = template.split(/(\{\*(?:"[^"]*"|[^}"])*\}|\{[^{}]*\})/);
  return h(
    'code',
    { class: 'template' },
    ...pieces.map((piece, i) =>
      i % 2 === 0
        ? piece
        : h('span', { class: piece.startsWith('{*') ? 'virtual' : 'slot' }, piece),
    ),
  );
}
