/** A part of the page that folds, and remembers whether it is folded. */
import type { Child } from '../element.ts';
import { h } from '../element.ts';
import type { ViewContext } from '../state.ts';

/** A foldable part with its title and, in muted words, what it is about. */
export function section(
  context: ViewContext,
  id: string,
  title: string,
  note: string,
  ...content: readonly Child[]
): HTMLElement {
  const { open } = context.state;
  const details = h(
    'details',
    {
      class: 'section',
      id,
      open: open[id] ?? true,
      on: {
        toggle: () => {
          open[id] = details.open;
          context.save();
        },
      },
    },
    h('summary', {}, h('h2', {}, title), note !== '' && h('span', { class: 'note' }, note)),
    h('div', { class: 'content' }, ...content),
  );
  return details;
}

/** A part that says why it is empty. */
export function empty(text: string): HTMLElement {
  return h('p', { class: 'empty' }, text);
}
