/** What the parts of the page share that show looks at a prompt which somebody asked for. */
import { button } from '../controls.ts';
import { type Child, h } from '../element.ts';
import type { ViewContext } from '../state.ts';

/** The line above a look: its prompt, whether it is stale, what it was made on, and what can be done. */
export function lookHead(
  prompt: string,
  { stale }: ViewContext,
  ...content: readonly Child[]
): HTMLElement {
  const why = stale[prompt];
  return h(
    'div',
    { class: 'bar-of-controls' },
    h('span', { class: 'name' }, prompt),
    why !== undefined && h('span', { class: 'tag stale' }, `⟳ stale: ${why}`),
    ...content,
  );
}

/** Offers a look at prompts that have none yet; nothing where there are none. */
export function lookButtons(
  prompts: readonly string[],
  about: string,
  label: (prompt: string) => string,
  ask: (prompt: string) => void,
): HTMLElement | undefined {
  if (prompts.length === 0) return undefined;
  return h(
    'div',
    { class: 'bar-of-controls' },
    h('span', { class: 'note' }, about),
    ...prompts.map((prompt) => button(label(prompt), () => ask(prompt))),
  );
}
